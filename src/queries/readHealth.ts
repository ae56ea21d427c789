import { Op, QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import type { Overdue } from '../domain/overdue';
import { Incident } from '../models/Incident';
import { MailDelivery } from '../models/MailDelivery';
import { WebhookEvent } from '../models/WebhookEvent';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { listOverdueClasses } from './listOverdueClasses';

/** A worker that has been silent for so long is at work no more: four beats are lost. */
const SILENT_AFTER_SECONDS = 60;
/** Every hint is told within seconds, or else again. */
const UNTOLD_AFTER_SECONDS = 120;
const DAY_MS = 24 * 60 * 60_000;

/** Whether classes happen, in counts; nothing of a person, for anybody may read it. */
export interface Health {
  /** `failing`: classes do not happen as they should. `warning`: they do, and something needs somebody. */
  readonly status: 'ok' | 'warning' | 'failing';
  /** why it is failing */
  readonly reasons: readonly string[];
  readonly warnings: readonly string[];
  readonly counts: HealthCounts;
  /** told, never judged: where no class is due, none is made */
  readonly lastMeetingMadeAt: Date | null;
  /** which rules of time zones this process goes by, for class times rest on them */
  readonly zoneRules: string | null;
}

interface HealthCounts {
  /** worker processes that have beaten within the minute */
  readonly workers: number;
  readonly overdue: Readonly<Record<Overdue, number>>;
  readonly openIncidents: number;
  /** of the last 24 hours: refused for good, could not be made, or nobody knows */
  readonly mailsFailed: number;
  readonly webhooksParked: number;
  /** hints that no workflow has heard for two minutes */
  readonly hintsWaiting: number;
}

/** From MySQL alone, so it answers while everything else is down. */
export async function readHealth(deps: Pick<Deps, 'db' | 'clock'>): Promise<Health> {
  const since = new Date(deps.clock.now().getTime() - DAY_MS);
  const [overdueClasses, workers, openIncidents, mailsFailed, webhooksParked, hintsWaiting, newest] = await Promise.all(
    [
      listOverdueClasses(deps),
      countWorkers(deps),
      Incident.count({ where: { closedAt: null } }),
      MailDelivery.count({ where: { state: ['bounced', 'failed', 'unknown'], updatedAt: { [Op.gte]: since } } }),
      WebhookEvent.count({ where: { state: 'failed' } }),
      countUntold(deps),
      ZoomMeeting.findOne({ where: { state: 'created' }, order: [['id', 'DESC']], attributes: ['createdAt'] }),
    ],
  );
  const of = (kind: Overdue) => overdueClasses.filter(({ what }) => what === kind).length;
  const overdue = { room: of('room'), start: of('start'), closing: of('closing'), settling: of('settling') };
  const counts = { workers, overdue, openIncidents, mailsFailed, webhooksParked, hintsWaiting };
  const [reasons, warnings] = [reasonsOf(counts), warningsOf(counts)];
  const status = reasons.length > 0 ? 'failing' : warnings.length > 0 ? 'warning' : 'ok';
  const zoneRules = process.versions.tz ?? null;
  return { status, reasons, warnings, counts, lastMeetingMadeAt: newest?.createdAt ?? null, zoneRules };
}

function reasonsOf({ workers, overdue }: HealthCounts): string[] {
  const late = (count: number, what: string) => (count > 0 ? [`${count} of the classes: ${what}`] : []);
  return [
    ...(workers === 0 ? [`No worker has said for ${SILENT_AFTER_SECONDS} seconds that it is at work.`] : []),
    ...late(overdue.room, 'the room should be there by now.'),
    ...late(overdue.start, 'nobody has looked whether the teacher started.'),
    ...late(overdue.closing, 'the doors should be closed by now.'),
    ...late(overdue.settling, 'attendance should be settled by now.'),
  ];
}

function warningsOf({ openIncidents, mailsFailed, webhooksParked, hintsWaiting }: HealthCounts): string[] {
  const warn = (count: number, what: string) => (count > 0 ? [`${what}: ${count}`] : []);
  return [
    ...warn(openIncidents, 'Trouble that is open'),
    ...warn(mailsFailed, 'Mails of the last 24 hours that failed'),
    ...warn(webhooksParked, 'Events of Zoom that could not be understood'),
    ...warn(hintsWaiting, 'Words that no workflow has heard for two minutes'),
  ];
}

async function countWorkers({ db }: Pick<Deps, 'db'>): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM worker_beats
      WHERE beaten_at > TIMESTAMPADD(SECOND, -${SILENT_AFTER_SECONDS}, UTC_TIMESTAMP(3))`,
    { type: QueryTypes.SELECT },
  );
  return row?.count ?? 0;
}

async function countUntold({ db }: Pick<Deps, 'db'>): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM workflow_outbox
      WHERE delivered_at IS NULL AND created_at < TIMESTAMPADD(SECOND, -${UNTOLD_AFTER_SECONDS}, UTC_TIMESTAMP(3))`,
    { type: QueryTypes.SELECT },
  );
  return row?.count ?? 0;
}
