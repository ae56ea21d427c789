import { createApiKey } from '../../src/commands/createApiKey';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { addMinutes } from '../../src/domain/clock';
import type { BookOrder } from '../../src/models/BookOrder';
import type { ClassDate } from '../../src/models/ClassDate';
import { OrderGuest } from '../../src/models/OrderGuest';
import { paths } from '../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildUser } from '../factories/people';
import type { FormSession } from '../support/formSession';
import type { ProcessStack } from '../support/processStack';

/** An edit of an order of its own, which nobody else edits, by a request to a web process. */
export interface Edit {
  readonly orderId: number;
  submit(port: number): Promise<Response>;
}

/** Who edits. */
export interface Editors {
  readonly stack: ProcessStack;
  readonly session: FormSession;
  readonly apiSecret: string;
}

const CUSTOMER = 'shop';
/** Why a workflow runs that an edit finds running; no edit has this reason. */
export const PREPARED = 'prepared';
const DAY_MINUTES = 24 * 60;
/** Far enough ahead that nothing happens to a class but what is done to it. */
const FIRST_DAY = 7;
const DAYS = 60;

let count = 0;

/** 10 o'clock of another day each time. */
function nextDay(): Date {
  count += 1;
  const day = addMinutes(new Date(), DAY_MINUTES * (FIRST_DAY + (count % DAYS)));
  return new Date(`${day.toISOString().slice(0, 10)}T10:00:00Z`);
}

function scheduleFields(startsAt: Date): Record<string, string> {
  const [date = '', time = ''] = startsAt.toISOString().slice(0, 16).split('T');
  return { date, time, timeZone: 'UTC', durationMinutes: '60' };
}

export async function createApiSecret({ deps }: ProcessStack): Promise<string> {
  const key = { name: 'A shop', customer: CUSTOMER, scopes: ['orders:write'], callsAMinute: 600, days: null };
  return (await createApiKey(deps, key, THE_SYSTEM)).secret;
}

type Prepare = (editors: Editors) => Promise<Edit>;

/**
 * What people edit most, each committed with a word to a class's workflow. What else writes such a word (an order that
 * another teacher takes over, mails that are sent again, a room that is put back) does so by the same addToOutbox.
 */
export const EDITS: readonly Prepare[] = [
  async function book({ session }) {
    const { id } = await buildOrder();
    return byForm(session, id, paths.orderClassDates(id), scheduleFields(nextDay()));
  },
  async function putThroughApi({ apiSecret }) {
    const order = await buildOrder();
    await order.update({ customer: CUSTOMER, externalId: `A-${order.id}` });
    return { orderId: order.id, submit: (port) => put(port, apiSecret, order) };
  },
  async function reschedule({ stack, session }) {
    const { id, orderId } = await runningClass(stack, await buildOrder());
    return byForm(session, orderId, paths.classDateSchedule(id), scheduleFields(nextDay()));
  },
  async function cancel({ stack, session }) {
    const { id, orderId } = await runningClass(stack, await buildOrder());
    return byForm(session, orderId, paths.classDateCancellation(id), {});
  },
  async function reopen({ session }) {
    const startsAt = nextDay();
    const { id, orderId } = await buildClassDate({ startsAt, state: 'cancelled', cancelledAt: new Date() });
    return byForm(session, orderId, paths.classDateReopening(id), scheduleFields(startsAt));
  },
  async function changeTeacher({ stack, session }) {
    const { id, orderId } = await runningClass(stack, await buildOrder());
    const teacherId = String((await buildUser('teacher')).id);
    return byForm(session, orderId, paths.classDateTeacher(id), { teacherId });
  },
  async function changeOrder({ stack, session }) {
    const order = await buildOrder();
    await runningClass(stack, order);
    return byDetails(session, order, { title: `${order.title} anew` });
  },
  async function changeBuyer({ stack, session }) {
    const order = await buildOrder();
    await runningClass(stack, order);
    return byDetails(session, order, { buyerId: String((await buildUser('student')).id) });
  },
  async function cancelOrder({ stack, session }) {
    const { orderId } = await runningClass(stack, await buildOrder());
    return byForm(session, orderId, paths.orderCancellation(orderId), {});
  },
  async function addGuest({ stack, session }) {
    const { orderId } = await runningClass(stack, await buildOrder());
    return byForm(session, orderId, paths.orderGuests(orderId), { guests: 'Gil Guest <gil@guests.test>' });
  },
  async function correctGuest({ stack, session }) {
    const { orderId, guest } = await guestOfRunningClass(stack);
    return byForm(session, orderId, paths.orderGuest(orderId, guest.id), { email: 'gus@guests.test', name: 'Gus' });
  },
  async function removeGuest({ stack, session }) {
    const { orderId, guest } = await guestOfRunningClass(stack);
    return byForm(session, orderId, paths.orderGuestRemoval(orderId, guest.id), {});
  },
  async function revokePass({ stack, session }) {
    const { orderId, pass } = await guestOfRunningClass(stack);
    return byForm(session, orderId, paths.passRevoke(pass.id), {});
  },
  async function restorePass({ stack, session }) {
    const { orderId, pass } = await guestOfRunningClass(stack);
    await pass.update({ revokedAt: new Date() });
    return byForm(session, orderId, paths.passRestore(pass.id), {});
  },
  async function sendLink({ stack, session }) {
    const { orderId, pass } = await guestOfRunningClass(stack);
    return byForm(session, orderId, paths.passLink(pass.id), {});
  },
];

function byForm(
  session: FormSession,
  orderId: number,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Edit> {
  return Promise.resolve({ orderId, submit: (port) => session.submit(port, path, fields) });
}

/** The form of an order's details, with what it was opened with. */
function byDetails(
  session: FormSession,
  order: BookOrder,
  changed: { readonly title?: string; readonly buyerId?: string },
): Promise<Edit> {
  const { id, title } = order;
  const [buyerId, teacherId] = [String(order.userId), String(order.teacherId)];
  const former = { formerTitle: title, formerBuyerId: buyerId, formerTeacherId: teacherId };
  return byForm(session, id, paths.orderDetails(id), { title, buyerId, teacherId, ...former, ...changed });
}

function put(port: number, apiSecret: string, { externalId }: BookOrder): Promise<Response> {
  const path = paths.apiClassDate.replace(':order', externalId ?? '').replace(':classDate', 'lesson-1');
  const content = { localStart: nextDay().toISOString().slice(0, 16), timeZone: 'UTC', durationMinutes: 60 };
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${apiSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(content),
  });
}

async function runningClass({ deps }: ProcessStack, order: BookOrder): Promise<ClassDate> {
  const classDate = await buildClassDate({ order, startsAt: nextDay() });
  await deps.temporal.hintClassDate(classDate, PREPARED);
  return classDate;
}

/** With the pass that a guest has for it. */
async function guestOfRunningClass(stack: ProcessStack) {
  const order = await buildOrder({ guests: ['gil@guests.test'] });
  const guest = await OrderGuest.findOne({ where: { orderId: order.id }, rejectOnEmpty: true });
  const classDate = await runningClass(stack, order);
  const { pass } = await buildPass(stack.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
  return { orderId: order.id, guest, pass };
}
