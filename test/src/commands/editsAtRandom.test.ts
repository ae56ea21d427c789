import fc from 'fast-check';
import { sendLink } from '../../../src/commands/sendLink';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { FieldErrors, AppError } from '../../../src/errors';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassState } from '../../../src/domain/classStates';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import type { User } from '../../../src/models/User';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startDrivenClasses, type DrivenClasses } from '../../support/classDriver';
import { classEdits } from '../../support/classEdits';
import { misinformed, openRoomsOf, roomOfRow, roomsInWords } from '../../support/classTruth';
import { buildConnectedTeacher } from '../../support/teachers';

/**
 * Edits at random, between the steps of a class and beside them, while Zoom and the mail server fail now and then. At
 * every moment at most one room of the class is open, besides those that Zoom has refused to delete so far; and once all
 * is done, the room is as the last edit says, and so is what everybody was told last.
 */
const GRACE = 'grace.hopper@teachers.example';
const RUNS = 10;

let scene: DrivenClasses;
let teachers: readonly User[];

beforeAll(async () => {
  scene = await startDrivenClasses();
  const { deps, zoom } = scene;
  teachers = [await buildConnectedTeacher(deps, zoom), await buildConnectedTeacher(deps, zoom, GRACE)];
  zoom.control.setBehaviour({ meetingWritesPerDay: 100_000 });
});

afterAll(() => scene.close());

type Edit =
  | { readonly edit: 'move'; readonly minutes: number }
  | { readonly edit: 'resize'; readonly minutes: number }
  | { readonly edit: 'cancel' | 'reopen' }
  | { readonly edit: 'give'; readonly teacher: number };

type Fault = Parameters<DrivenClasses['zoom']['control']['addFault']>[0];

/** What happens one after the other; an edit `beside` comes while the steps of a look are under way. */
type Happening =
  | { readonly what: 'edit'; readonly edit: Edit; readonly quiet: boolean }
  | { readonly what: 'beside'; readonly edit: Edit; readonly afterMs: number }
  | { readonly what: 'step' }
  | { readonly what: 'pass'; readonly seconds: number }
  | { readonly what: 'Zoom fails'; readonly fault: Fault }
  | { readonly what: 'mails fail' }
  | { readonly what: 'link asked for' };

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ edit: fc.constant('move' as const), minutes: fc.constantFrom(-15, -5, 1, 5, 20, 90, 180) }),
  fc.record({ edit: fc.constant('resize' as const), minutes: fc.constantFrom(45, 60, 90) }),
  fc.record({ edit: fc.constantFrom('cancel' as const, 'reopen' as const) }),
  fc.record({ edit: fc.constant('give' as const), teacher: fc.nat(1) }),
);

const FAULTS: readonly Fault[] = [
  { kind: 'loseReply', operation: 'meetingCreate', times: 1 },
  { kind: 'status', status: 500, operation: 'meetingCreate', times: 1 },
  { kind: 'status', status: 500, operation: 'meetingUpdate', times: 1 },
  { kind: 'status', status: 500, operation: 'meetingDelete', times: 1 },
];

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ what: fc.constant('edit' as const), edit: edits, quiet: fc.nat(4).map((n) => n === 0) }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('beside' as const), edit: edits, afterMs: fc.nat(30) }) },
  { weight: 6, arbitrary: fc.constant({ what: 'step' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('pass' as const), seconds: fc.constantFrom(1, 11, 30, 61, 240) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('Zoom fails' as const), fault: fc.constantFrom(...FAULTS) }) },
  { weight: 1, arbitrary: fc.constant({ what: 'mails fail' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'link asked for' as const }) },
);

async function bookClass(): Promise<ClassDate> {
  const [teacher] = teachers;
  const student = await buildUser('student');
  const order = await buildOrder({ teacherId: teacher?.id ?? 0, userId: student.id });
  const whole = new Date(Math.ceil(scene.now().getTime() / 60_000) * 60_000);
  const classDate = await buildClassDate({ order, startsAt: addMinutes(whole, 31) });
  const guest = await OrderGuest.create({ orderId: order.id, email: `guest${order.id}@example.test` });
  await buildPass(scene.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await buildPass(scene.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
  return classDate;
}

/** An edit that the class as it is does not allow is refused in words, and changes nothing. */
async function make(classDate: ClassDate, edit: Edit, quiet = false): Promise<void> {
  const { move, cancel, reopen, give } = classEdits(scene.deps);
  const more = { notify: !quiet };
  const made = {
    move: () => move(classDate, 'minutes' in edit ? edit.minutes : 0, more),
    resize: () =>
      move(classDate, 0, { ...more, localStart: undefined, durationMinutes: 'minutes' in edit ? edit.minutes : 60 }),
    cancel: () => cancel(classDate, more),
    reopen: () => reopen(classDate, more),
    give: () => give(classDate, teachers['teacher' in edit ? edit.teacher : 0] ?? classDate, more),
  }[edit.edit]();
  await orRefused(made);
}

async function orRefused(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof AppError) && !(error instanceof FieldErrors)) throw error;
  });
}

async function happen(classDate: ClassDate, happening: Happening): Promise<void> {
  switch (happening.what) {
    case 'edit':
      return make(classDate, happening.edit, happening.quiet);
    case 'beside': {
      const late = new Promise((resolve) => setTimeout(resolve, happening.afterMs)).then(() =>
        make(classDate, happening.edit),
      );
      await Promise.all([scene.step(classDate.id), late]);
      return;
    }
    case 'step':
      return void (await scene.step(classDate.id));
    case 'pass':
      return scene.pass(happening.seconds);
    case 'Zoom fails':
      return void scene.zoom.control.addFault(happening.fault);
    case 'mails fail':
      return scene.mailbox.addFault({ kind: 'busy', times: 1 });
    case 'link asked for':
      return orRefused(askForLink(classDate));
  }
}

/** By support, for the student. */
async function askForLink({ id: classDateId }: ClassDate): Promise<void> {
  const { id: passId } = await ZoomSecureToken.findOne({ where: { classDateId, guestId: null }, rejectOnEmpty: true });
  await sendLink(scene.deps, { passId, anew: false }, THE_SYSTEM);
}

/** Rooms that Zoom would not delete stand in rows until it does; nobody is let into them. */
async function expectOneRoom(classDate: ClassDate): Promise<void> {
  const refused = await ZoomMeeting.findAll({ where: { classDateId: classDate.id, state: 'deleting' } });
  const putOff = refused.filter(({ attempts, nextAttemptAt }) => attempts > 0 && nextAttemptAt !== null);
  const rooms = await openRoomsOf(scene.zoom, classDate);
  const others = rooms.filter(({ id }) => !putOff.some(({ meetingId }) => String(meetingId) === String(id)));
  expect(others.length).toBeLessThanOrEqual(1);
}

/** Long enough for every retry and every look for a lost room. */
const WAITS_SECONDS = [61, 61, 61, 301, 301];

/** Everything answers again, and time goes by. */
async function comeToRest(classDate: ClassDate): Promise<void> {
  scene.zoom.control.clearFaults();
  await scene.mailbox.clearFaults();
  for (const seconds of WAITS_SECONDS) {
    await scene.settle(classDate.id);
    await expectOneRoom(classDate);
    scene.pass(seconds);
  }
  await scene.settle(classDate.id);
  await classDate.reload();
}

const STILL_TO_COME: readonly ClassState[] = ['preparing', 'ready'];

async function expectTruth(classDate: ClassDate): Promise<void> {
  const rooms = await roomsInWords(scene.zoom, classDate);
  const asRow = await roomOfRow(classDate);
  if (STILL_TO_COME.includes(classDate.state)) expect(rooms).toEqual([asRow]);
  if (classDate.state === 'cancelled') expect(rooms).toEqual([]);
  // Moved away after it had its room: that waits there, as the class is now.
  if (classDate.state === 'scheduled') expect([[], [asRow]]).toContainEqual(rooms);
  expect(await misinformed(classDate)).toEqual([]);
  await expectLinksAlive(classDate);
  await expectEachMailOnce(classDate);
}

async function expectLinksAlive({ id, state }: ClassDate): Promise<void> {
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: id } });
  expect(passes.map(({ revokedAt }) => revokedAt)).toEqual([null, null]);
  if (state !== 'ready') return;
  const room = await ZoomMeeting.findOne({ where: { classDateId: id, isCurrent: true }, rejectOnEmpty: true });
  expect(passes.map(({ linkMeetingId }) => linkMeetingId)).toEqual([room.id, room.id]);
}

async function expectEachMailOnce({ id: classDateId }: ClassDate): Promise<void> {
  const rows = await MailDelivery.findAll({ where: { classDateId } });
  const sent = rows.filter(({ state }) => state === 'sent');
  const keys = sent.map(({ recipientKey, kind, version }) => `${recipientKey} ${kind} ${version}`);
  expect(keys).toEqual([...new Set(keys)]);
  const arrived = scene.mailbox.messages().map(({ messageId }) => messageId);
  expect(arrived).toHaveLength(sent.length);
  expect(new Set(arrived).size).toBe(arrived.length);
  expect(rows.map(({ state }) => state).filter((state) => state !== 'sent' && state !== 'skipped')).toEqual([]);
}

/** Each was wrong once. */
const EXAMPLES: [Happening[]][] = [
  [
    [
      { what: 'pass', seconds: 120 },
      { what: 'Zoom fails', fault: { kind: 'loseReply', operation: 'meetingCreate', times: 1 } },
      { what: 'step' },
      { what: 'edit', edit: { edit: 'cancel' }, quiet: false },
      { what: 'edit', edit: { edit: 'reopen' }, quiet: false },
      { what: 'step' },
    ],
  ],
  [
    [
      { what: 'pass', seconds: 120 },
      { what: 'step' },
      { what: 'step' },
      { what: 'link asked for' },
      { what: 'edit', edit: { edit: 'cancel' }, quiet: false },
      { what: 'step' },
    ],
  ],
];

it('whatever is edited while a class has its room made, in the end all is as the last edit says', async () => {
  const sequences = fc.array(happenings, { minLength: 3, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      scene.mailbox.clear();
      const classDate = await bookClass();
      for (const happening of [...sequence]) {
        await happen(classDate, happening);
        await expectOneRoom(classDate);
      }
      await comeToRest(classDate);
      await expectTruth(classDate);
    }),
    { numRuns: RUNS, seed: 20_261_128, endOnFailure: true, examples: EXAMPLES },
  );
});
