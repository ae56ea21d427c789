import type { Client, WorkflowHandle } from '@temporalio/client';
import { cancelClass } from '../../src/commands/cancelClass';
import { rescheduleClass } from '../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassState } from '../../src/domain/classStates';
import { ClassDate } from '../../src/models/ClassDate';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import type { HintReason } from '../../src/temporal/outbox';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildUser } from '../factories/people';
import type { ClassStack } from './classStack';
import { eventually } from './eventually';
import { buildConnectedTeacher } from './teachers';

/** Where a class is played out: the parts it runs on, a client of its namespace, and a clock that may skip. */
export interface Scene {
  readonly stack: ClassStack;
  readonly client: Client;
  now(): Promise<Date>;
  sleep(ms: number): Promise<void>;
}

interface Booking {
  readonly minutesAhead: number;
  readonly teacherId?: number;
  readonly title?: string;
  readonly students?: number;
  readonly hinted?: boolean;
}

/** A booked class with passes for its students, its workflow told unless said otherwise. */
export async function book(scene: Scene, { minutesAhead, students = 2, ...booking }: Booking): Promise<ClassDate> {
  const { deps, zoom } = scene.stack;
  const teacherId = booking.teacherId ?? (await buildConnectedTeacher(deps, zoom)).id;
  const buyer = await buildUser('student');
  const order = await buildOrder({ teacherId, userId: buyer.id, title: booking.title ?? 'Maths 7B' });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(await scene.now(), minutesAhead) });
  await buildPass(deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  for (let student = 1; student < students; student += 1) {
    const person = await buildUser('student');
    await buildPass(deps.signingKeys, classDate, { userId: person.id, email: person.email });
  }
  if (booking.hinted !== false) await deps.temporal.hintClassDate(classDate, 'booked');
  return classDate;
}

/** Cancels a class, whatever it is doing; nobody is mailed about it. */
export function cancel(scene: Scene, classDate: ClassDate): Promise<void> {
  const edit = { classDateId: classDate.id, force: true, notify: false };
  return atOnce(scene, classDate, 'cancelled', (deps) => cancelClass(deps, edit, THE_SYSTEM));
}

/** Moves a class by so many minutes, to a whole one. */
export async function moveBy(scene: Scene, classDate: ClassDate, minutes: number): Promise<void> {
  const { id: classDateId, startsAt } = await classDate.reload();
  const localStart = addMinutes(startsAt, minutes).toISOString().slice(0, 16);
  await atOnce(scene, classDate, 'rescheduled', (deps) =>
    rescheduleClass(deps, { classDateId, localStart }, THE_SYSTEM),
  );
}

/** An edit after which no further one is waited for: time that is skipped has no minute in which another could come. */
async function atOnce(
  { stack: { deps } }: Scene,
  classDate: ClassDate,
  reason: HintReason,
  edit: (deps: Deps) => Promise<unknown>,
): Promise<void> {
  await edit(deps);
  await ClassDate.update({ gathersUntil: null }, { where: { id: classDate.id } });
  await deps.temporal.hintClassDate(await classDate.reload(), reason);
}

/** Lets time pass until so many minutes from the class's start. */
export async function at(scene: Scene, classDate: ClassDate, minutes: number): Promise<void> {
  const waitMs = addMinutes(classDate.startsAt, minutes).getTime() - (await scene.now()).getTime();
  if (waitMs > 0) await scene.sleep(waitMs);
}

export async function reaches(classDate: ClassDate, state: ClassState): Promise<ClassDate> {
  return eventually(`class is ${state}`, async () => {
    const row = await classDate.reload();
    return row.state === state ? row : null;
  });
}

export function handleOf({ client }: Pick<Scene, 'client'>, classDate: ClassDate, runId?: string): WorkflowHandle {
  return client.workflow.getHandle(classDateWorkflowId(classDate), runId);
}

export async function ends(scene: Scene, classDate: ClassDate): Promise<void> {
  const handle = handleOf(scene, classDate);
  await eventually('its workflow ends', async () => (await handle.describe()).status.name === 'COMPLETED');
}

/**
 * Brings a class to its own end, whatever is left to do for it: it would go on waking up while a later test skips time, and
 * the time-skipping server never skips again once a workflow was terminated in the middle of a task.
 */
export async function finish(scene: Scene, classDate: ClassDate): Promise<void> {
  await classDate.update({ state: 'settled', settledAt: new Date(), evidenceAt: null, nextAttemptAt: null });
  const nothingLeft = { state: 'gone', isCurrent: null, lateLookAt: null } as const;
  await ZoomMeeting.update(nothingLeft, { where: { classDateId: classDate.id } });
  // The time-skipping server refuses a signal to a run that is just ending; the next one starts another.
  const told = () =>
    scene.stack.deps.temporal.hintClassDate(classDate, 'test is over').then(
      () => true,
      () => false,
    );
  await eventually('its workflow is told', told);
  await ends(scene, classDate);
}

/** The rooms that Zoom itself holds for a class, by the marker in the agenda; deleted ones too. */
export async function roomsAtZoom({ stack }: { readonly stack: Pick<ClassStack, 'zoom'> }, classDate: ClassDate) {
  const rows = await ZoomMeeting.findAll({ where: { classDateId: classDate.id }, attributes: ['marker'] });
  const ofClass = (agenda: string) => rows.some(({ marker }) => agenda.includes(marker));
  return stack.zoom.control.meetings().filter(({ agenda }) => ofClass(agenda));
}

export async function openRooms(scene: Pick<Scene, 'stack'>, classDate: ClassDate): Promise<number> {
  return (await roomsAtZoom(scene, classDate)).filter(({ deleted }) => !deleted).length;
}

export function mailsTo(stack: ClassStack, email: string): string[] {
  return stack.mailbox
    .messages()
    .filter(({ to }) => to.includes(email))
    .map(({ subject }) => subject);
}

export async function studentAddresses(classDate: ClassDate): Promise<string[]> {
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id } });
  return passes.map(({ email }) => email);
}
