import type { WorkflowHandle } from '@temporalio/client';
import { createUser } from '../../src/commands/createUser';
import { reportTrouble } from '../../src/commands/openIncident';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { addMinutes } from '../../src/domain/clock';
import { AccountLink } from '../../src/models/AccountLink';
import type { ClassDate } from '../../src/models/ClassDate';
import { ClassRisk } from '../../src/models/ClassRisk';
import { Incident } from '../../src/models/Incident';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import {
  accountLinkWorkflowId,
  incidentWorkflowId,
  pushEndpointWorkflowId,
  zoomConnectionWorkflowId,
} from '../../src/temporal/workflowIds';
import { buildUser } from '../factories/people';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../factories/pushes';
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
import { eventually } from '../support/eventually';
import { startReceiver } from '../support/receiver';
import { buildConnectedTeacher, connectTeacher, LICENSED_HOST } from '../support/teachers';

/** One way a class, a connection or an incident may go; the run whose history is kept comes to its end afterwards. */
export type Scenario = (scene: Scene) => Promise<WorkflowHandle>;

const CLASSES: Readonly<Record<string, Scenario>> = {
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
    return handleOf(scene, classDate);
  },

  /** Still live when its host's next one should have begun. */
  overrunsIntoNext: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 20 });
    const next = await book(scene, { minutesAhead: 80, teacherId: classDate.teacherId });
    await reaches(classDate, 'ready');
    const [room] = await roomsAtZoom(scene, classDate);
    scene.stack.zoom.control.hostStart(room?.id ?? 0);
    await at(scene, classDate, 5);
    await reaches(classDate, 'live');
    await at(scene, classDate, 62);
    const isAtRisk = { classDateId: next.id, kind: 'overrun' as const, isOpen: true };
    await eventually('the next one is at risk', async () => (await ClassRisk.count({ where: isAtRisk })) > 0);
    scene.stack.zoom.control.end(room?.id ?? 0);
    for (const one of [next, classDate]) await cancel(scene, await one.reload());
    return handleOf(scene, classDate);
  },

  missed: async (scene) => {
    const classDate = await book(scene, { minutesAhead: -120 });
    await reaches(classDate, 'missed');
    return handleOf(scene, classDate);
  },

  cancelledAfterMade: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 20 });
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    await eventually('the room is gone', async () => (await openRooms(scene, classDate)) === 0);
    return handleOf(scene, classDate);
  },

  /** Rehearsed a day and two hours ahead; its room is looked at shortly before it starts. */
  rehearsedAndLookedAt: async (scene) => {
    const classDate = await book(scene, { minutesAhead: 24 * 60 + 10 });
    for (const minutes of [24 * 60, 2 * 60]) {
      await at(scene, classDate, -minutes);
      const due = addMinutes(classDate.startsAt, -minutes);
      await eventually('it is rehearsed', async () => ((await classDate.reload()).rehearsedAt ?? 0) >= due);
    }
    await at(scene, classDate, -29.9);
    await reaches(classDate, 'ready');
    await at(scene, classDate, -4.9);
    const looksAt = addMinutes(classDate.startsAt, -5);
    await eventually('its room is looked at', async () => {
      const meeting = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
      return (meeting.seenAt ?? 0) >= looksAt;
    });
    await cancel(scene, await classDate.reload());
    return handleOf(scene, classDate);
  },

  lostReplyAdopted: async (scene) => {
    scene.stack.zoom.control.addFault({ kind: 'loseReply', operation: 'meetingCreate', times: 1 });
    const classDate = await book(scene, { minutesAhead: 25 });
    await scene.sleep(10_000);
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return handleOf(scene, classDate);
  },

  teacherConnectsLate: async (scene) => {
    const teacher = await buildUser('teacher');
    const classDate = await book(scene, { minutesAhead: 40, teacherId: teacher.id });
    await at(scene, classDate, -10);
    await connectTeacher(scene.stack.deps, scene.stack.zoom, teacher.id, LICENSED_HOST);
    await scene.stack.deps.temporal.hintClassDate(classDate, 'teacher reconnected');
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return handleOf(scene, classDate);
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
    return handleOf(scene, classDate);
  },

  /** Zoom refuses and the mail server is busy; both are the rows' business, so no step fails. */
  zoomAndMailFail: async (scene) => {
    scene.stack.zoom.control.addFault({ kind: 'status', operation: 'meetingCreate', status: 500, times: 2 });
    await scene.stack.mailbox.addFault({ kind: 'busy', times: 2 });
    const classDate = await book(scene, { minutesAhead: 20 });
    await scene.sleep(5 * 60_000);
    await reaches(classDate, 'ready');
    await cancel(scene, classDate);
    return handleOf(scene, classDate);
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
    return handleOf(scene, classDate);
  },
};

async function hasFailedStep(scene: Scene, classDate: ClassDate): Promise<boolean> {
  const { events } = await handleOf(scene, classDate).fetchHistory();
  return (events ?? []).some((event) => event.activityTaskFailedEventAttributes);
}

const INCIDENTS: Readonly<Record<string, Scenario>> = {
  /** Told, reminded, mended. */
  incidentOfTeacher: async (scene) => {
    const teacher = await buildUser('teacher');
    const classDate = await book(scene, { minutesAhead: 20 * 60, teacherId: teacher.id });
    const incident = await opened({ cause: 'teacher_connection', userId: teacher.id });
    await at(scene, classDate, -119);
    await eventually('the teacher is reminded', async () => {
      return (
        (await MailDelivery.count({ where: { incidentId: incident.id, kind: 'connect_zoom', state: 'sent' } })) === 2
      );
    });
    await connectTeacher(scene.stack.deps, scene.stack.zoom, teacher.id, LICENSED_HOST);
    await scene.sleep(15 * 60_000);
    await cancel(scene, classDate);
    return scene.client.workflow.getHandle(incidentWorkflowId(incident));
  },

  incidentNobodyHeardOf: async (scene) => {
    await reportTrouble(scene.stack.deps, { cause: 'zoom_unreachable' });
    const incident = await opened({ cause: 'zoom_unreachable' });
    await scene.sleep(15 * 60_000);
    return scene.client.workflow.getHandle(incidentWorkflowId(incident));
  },
};

const HOUR_MS = 60 * 60_000;

const CONNECTIONS: Readonly<Record<string, Scenario>> = {
  connectionRenewedAndRefused: async (scene) => {
    const { deps, zoom } = scene.stack;
    let aheadMs = (await scene.now()).getTime() - Date.now();
    deps.clock.now = () => new Date(Date.now() + aheadMs);
    // Tokens live by the application's clock, which is moved along with the server's.
    const passADay = async () => {
      for (let hour = 0; hour < 25; hour += 1) {
        aheadMs += HOUR_MS;
        await scene.sleep(HOUR_MS);
      }
    };
    const teacher = await buildConnectedTeacher(deps, zoom);
    const connection = await ZoomConnection.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
    await deps.temporal.hintConnection(connection, 'connected');
    await passADay();
    await eventually('it is renewed', async () => (await connection.reload()).version === 2);
    zoom.control.revoke(LICENSED_HOST);
    await passADay();
    await eventually('it is refused', async () => (await connection.reload()).state === 'needs_reconnect');
    deps.clock.now = () => new Date();
    return scene.client.workflow.getHandle(zoomConnectionWorkflowId(connection));
  },
};

const PUSHES: Readonly<Record<string, Scenario>> = {
  /** A receiver that is down for a day, and then takes everything. */
  pushedAfterOutage: async (scene) => {
    const { deps } = scene.stack;
    const receiver = await startReceiver();
    receiver.answerWith(() => 500);
    const { endpoint } = await buildPushEndpoint(deps, { url: receiver.url });
    await publishOutcomes(deps, await buildSoldClass(), ['class.ready', 'class.live']);
    await eventually('it is tried', () => receiver.calls.length > 0);
    await scene.sleep(10 * HOUR_MS);
    receiver.answerWith(() => 204);
    await scene.sleep(10 * HOUR_MS);
    await eventually('all are taken', () => receiver.taken().length === 2);
    await receiver.close();
    return scene.client.workflow.getHandle(pushEndpointWorkflowId(endpoint));
  },
};

const ACCOUNTS: Readonly<Record<string, Scenario>> = {
  /** The mail server gives no answer at first. */
  invitedAtSecondTry: async (scene) => {
    const { deps, mailbox } = scene.stack;
    await mailbox.addFault({ kind: 'drop', times: 1, stored: false });
    const person = { role: 'teacher' as const, email: 'invited@people.test', firstName: 'Ada', lastName: 'Lovelace' };
    const { id } = await createUser(deps, { ...person, timeZone: null, password: null, invite: true }, THE_SYSTEM);
    const mail = () => MailDelivery.findOne({ where: { userId: id }, rejectOnEmpty: true });
    await scene.sleep(2 * 60_000);
    await eventually('it is mailed', async () => (await mail()).state === 'sent');
    const link = await AccountLink.findOne({ where: { userId: id }, rejectOnEmpty: true });
    return scene.client.workflow.getHandle(accountLinkWorkflowId(link));
  },
};

/** The ways that are recorded; each gives test/histories/NAME.json. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  ...CLASSES,
  ...INCIDENTS,
  ...CONNECTIONS,
  ...PUSHES,
  ...ACCOUNTS,
};

function opened(where: { cause: Incident['cause']; userId?: number }): Promise<Incident> {
  return eventually('the incident is open', () => Incident.findOne({ where: { ...where, closedAt: null } }));
}

/** Hinted until the server asks for a fresh history; its history holds the end of the first run. */
export async function continuedAsNew(scene: Scene): Promise<WorkflowHandle> {
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
  return handleOf(scene, classDate, first);
}
