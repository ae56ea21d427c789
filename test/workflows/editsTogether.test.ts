import { lookAtClass } from '../../src/commands/lookAtClass';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import type { User } from '../../src/models/User';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { book, mailsTo, studentAddresses } from '../support/classScene';
import { classEdits } from '../support/classEdits';
import { misinformed, roomOfRow, roomsInWords } from '../support/classTruth';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { quietTemporal } from '../support/quietTemporal';
import { buildConnectedTeacher } from '../support/teachers';

/** Two edits within a second, both while Zoom is still making the meeting: on all real parts, by the real commands. */
let scene: DevScene;
let teacher: User;
let substitute: User;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
  const { deps, zoom } = scene.stack;
  teacher = await buildConnectedTeacher(deps, zoom);
  substitute = await buildConnectedTeacher(deps, zoom, GRACE);
});

afterAll(() => scene.close());

const GRACE = 'grace.hopper@teachers.example';
/** Mails wait for rooms that are being made, but no longer than ten seconds. */
const CREATE_MS = 18_000;

const SOON = 'Your Class Starts Soon';
const START = 'Start your class';
const MOVED = 'Your class has been moved';
const CHANGED = 'Your class has changed';
const AT_RISK = 'This class is at risk';
const CANCELLED = 'Your class is cancelled';

type Edits = ReturnType<typeof classEdits>;
type Pair = (edits: Edits, classDate: ClassDate) => Promise<void>;

interface Together {
  readonly name: string;
  readonly edit: Pair;
  /** mails to a student who had been reminded before the edits, and to one who had not */
  readonly reminded: readonly string[];
  readonly unaware: readonly string[];
  readonly teacher: readonly string[];
  readonly substitute?: readonly string[];
}

const PAIRS: readonly Together[] = [
  {
    name: 'moved and moved',
    edit: async ({ move }, classDate) => {
      await move(classDate, 2);
      await move(classDate, -1);
    },
    ...{ reminded: [SOON, MOVED], unaware: [SOON], teacher: [START] },
  },
  {
    name: 'moved and cancelled',
    edit: async ({ move, cancel }, classDate) => {
      await move(classDate, 1);
      await cancel(classDate);
    },
    ...{ reminded: [SOON, CANCELLED], unaware: [], teacher: [] },
  },
  {
    name: 'cancelled and reopened',
    edit: async ({ cancel, reopen }, classDate) => {
      await cancel(classDate);
      await reopen(classDate);
    },
    ...{ reminded: [SOON], unaware: [SOON], teacher: [START] },
  },
  {
    name: 'given to another and moved',
    edit: async ({ give, move }, classDate) => {
      await give(classDate, substitute);
      await move(classDate, 1);
    },
    ...{ reminded: [SOON, CHANGED], unaware: [SOON] },
    ...{ teacher: ['A class is no longer yours'], substitute: ['A class is yours now'] },
  },
];

/** At T−25 people are reminded, the room ready or not: a class that is nearer has told them before it has its room. */
const AHEAD = { reminded: 20, unaware: 27 } as const;

const PLAYS = PAIRS.flatMap((pair) => (['reminded', 'unaware'] as const).map((awareness) => ({ ...pair, awareness })));

/** All at once, since each waits most of its time for further edits that do not come. */
let played: Promise<PromiseSettledResult<Outcome>[]>;

interface Outcome {
  readonly classDate: ClassDate;
  readonly students: readonly string[];
  /** rooms that were open at one time */
  readonly most: number;
}

beforeAll(() => {
  scene.stack.zoom.control.addFault({
    kind: 'slow',
    operation: 'meetingCreate',
    delayMs: CREATE_MS,
    times: PLAYS.length,
  });
  played = Promise.allSettled(PLAYS.map(play));
});

it.each(PLAYS.map((play, index) => ({ ...play, index })))(
  '$name, people $awareness',
  async ({ index, ...expected }) => {
    const title = titleOf(expected.name, expected.awareness);
    const outcome = (await played)[index];
    if (outcome?.status !== 'fulfilled') throw outcome?.reason;
    const { classDate, students, most } = outcome.value;
    expect(most).toBe(1);
    const room = classDate.state === 'cancelled' ? [] : [await roomOfRow(classDate)];
    expect(await roomsInWords(scene.stack.zoom, classDate)).toEqual(room);
    for (const student of students) expect(subjectsTo(student, title)).toEqual(expected[expected.awareness]);
    expect(subjectsTo(teacher.email, title)).toEqual(expected.teacher);
    expect(subjectsTo(substitute.email, title)).toEqual(expected.substitute ?? []);
    expect(await misinformed(classDate)).toEqual([]);
  },
);

async function play({ name, edit, awareness }: (typeof PLAYS)[number]): Promise<Outcome> {
  const title = titleOf(name, awareness);
  // With its buyer alone: one that is reopened is for those of its order.
  const classDate = await book(scene, { students: 1, minutesAhead: AHEAD[awareness], teacherId: teacher.id, title });
  const students = await studentAddresses(classDate);
  await eventually('the attempt is under way', () => isBeingMade(classDate));
  if (awareness === 'reminded')
    await eventually('people are mailed', () => students.every((student) => subjectsTo(student, title).length > 0));
  await edit(classEdits(scene.stack.deps), classDate);
  expect(await isBeingMade(classDate)).toBe(1);
  const most = await mostRoomsUntil(classDate, () => isAtRest(classDate));
  return { classDate: await classDate.reload(), students, most };
}

const isBeingMade = ({ id }: ClassDate) => ZoomMeeting.count({ where: { classDateId: id, state: 'creating' } });

/** No edit is waited for any more, and a look finds nothing to be done or sent. */
async function isAtRest(classDate: ClassDate): Promise<boolean> {
  const now = new Date();
  const { id, gathersUntil } = await classDate.reload();
  if (gathersUntil !== null && gathersUntil > now) return false;
  const look = await lookAtClass(scene.stack.deps, { classDateId: id, now });
  const onTheirWay = { classDateId: id, state: ['queued', 'sending', 'data_sent'] };
  return (
    look?.steps.length === 0 &&
    !(await isBeingMade(classDate)) &&
    (await MailDelivery.count({ where: onTheirWay })) === 0
  );
}

async function mostRoomsUntil(classDate: ClassDate, isDone: () => Promise<boolean>): Promise<number> {
  let most = 0;
  await eventually('nothing is left to be done', async () => {
    const done = await isDone();
    most = Math.max(most, (await roomsInWords(scene.stack.zoom, classDate)).length);
    return done;
  });
  return most;
}

/** Of one class: its teachers have others at the same time, of which they are warned as well. */
const subjectsTo = (email: string, title: string) =>
  mailsTo(scene.stack, email)
    .filter((subject) => subject.endsWith(` - ${title}`))
    .map((subject) => subject.replace(` - ${title}`, ''))
    .filter((subject) => subject !== AT_RISK);

const titleOf = (name: string, awareness: string) => `Maths, ${name}, ${awareness}`;
