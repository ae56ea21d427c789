import { buildUser } from '../factories/people';
import {
  at,
  book,
  cancel,
  ends,
  handleOf,
  moveBy,
  openRooms,
  reaches,
  roomsAtZoom,
  type Scene,
} from '../support/classScene';
import type { ClassDate } from '../../src/models/ClassDate';
import { eventually } from '../support/eventually';
import { connectTeacher, LICENSED_HOST } from '../support/teachers';

/** One way a class may go, from its booking to the end of its workflow. */
export type Scenario = (scene: Scene) => Promise<ClassDate>;

/** The ways that are recorded; each gives test/histories/NAME.json. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  settled: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 45 });
    await at(scene, classDate, -29.9);
    await reaches(classDate, 'ready');
    await at(scene, classDate, 6);
    const [room] = await roomsAtZoom(scene, classDate);
    await eventually('the class is watched', async () => (await classDate.reload()).watchedAt);
    scene.stack.zoom.control.hostStart(room?.id ?? 0);
    await scene.stack.deps.temporal.hintClassDate(classDate, 'meeting started');
    await at(scene, classDate, 62);
    scene.stack.zoom.control.end(room?.id ?? 0);
    await at(scene, classDate, 152);
    await reaches(classDate, 'settled');
    return classDate;
  },

  missed: async (scene) => {
    const classDate = await book(scene, { minutesAhead: -120 });
    await reaches(classDate, 'missed');
    return classDate;
  },

  cancelledAfterMade: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 20 });
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    await eventually('the room is gone', async () => (await openRooms(scene, classDate)) === 0);
    return classDate;
  },

  lostReplyAdopted: async (scene) => {
    scene.stack.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    const classDate = await book(scene, { minutesAhead: 25 });
    await scene.sleep(10_000);
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return classDate;
  },

  teacherConnectsLate: async (scene) => {
    const teacher = await buildUser('teacher');
    const classDate = await book(scene, { minutesAhead: 40, teacherId: teacher.id });
    await at(scene, classDate, -10);
    await connectTeacher(scene.stack.deps, scene.stack.zoom, teacher.id, LICENSED_HOST);
    await scene.stack.deps.temporal.hintClassDate(classDate, 'teacher reconnected');
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return classDate;
  },

  rescheduled: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 60 });
    await moveBy(scene, classDate, -35);
    await reaches(classDate, 'ready');
    await moveBy(scene, classDate, 5);
    await eventually('the room has moved', async () => {
      const [room] = await roomsAtZoom(scene, classDate);
      return room?.startTime === `${classDate.startsAt.toISOString().slice(0, 19)}Z`;
    });
    await cancel(scene, classDate);
    return classDate;
  },

  /** Zoom refuses and the mail server is busy; both are the rows' business, so no step fails. */
  zoomAndMailFail: async (scene) => {
    scene.stack.zoom.control.addFault({ kind: 'status', operation: 'meetingCreate', status: 500, times: 2 });
    await scene.stack.mailbox.addFault({ kind: 'busy', times: 2 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await scene.sleep(5 * 60_000);
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return classDate;
  },

  /** Our own database cannot do what the steps ask: the steps themselves fail, and their failures are kept. */
  stepsFail: async (scene) => {
    const { db } = scene.stack.deps;
    await db.query('ALTER TABLE zoom_audit_logs RENAME TO hidden_audit_logs');
    const classDate = await book(scene, { minutesAhead: 20 });
    await eventually('a step has failed', async () => hasFailedStep(scene, classDate));
    await db.query('ALTER TABLE hidden_audit_logs RENAME TO zoom_audit_logs');
    await scene.sleep(5 * 60_000);
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return classDate;
  },
};

async function hasFailedStep(scene: Scene, classDate: ClassDate): Promise<boolean> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  return (events ?? []).some((event) => event.activityTaskFailedEventAttributes);
}

/** Hinted until the server asks for a fresh history; its history holds the end of the first run. */
export async function continuedAsNew(scene: Scene): Promise<ClassDate> {
  const classDate = await book(scene, { minutesAhead: 24 * 60 });
  const first = (await handleOf(scene, classDate).describe()).runId;
  await eventually(
    'the run is continued as new',
    async () => {
      await scene.stack.deps.temporal.hintClassDate(classDate, 'roster changed');
      await scene.sleep(1_100);
      return (await handleOf(scene, classDate).describe()).runId !== first;
    },
    60_000,
  );
  await cancel(scene, classDate);
  await ends(scene, classDate);
  return classDate;
}
