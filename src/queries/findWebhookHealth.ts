import { Op, QueryTypes, type WhereOptions } from 'sequelize';
import type { Deps } from '../deps';
import { BookOrder } from '../models/BookOrder';
import { ClassDate } from '../models/ClassDate';
import { WebhookEvent, type WebhookState } from '../models/WebhookEvent';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomMeeting } from '../models/ZoomMeeting';

const LATEST = 50;
const PARKED = 100;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** What may be shown of an event: never its body, nor anything of a person. */
export interface WebhookRow {
  readonly id: number;
  readonly event: string;
  readonly cameAt: Date;
  readonly state: WebhookState;
  readonly attempts: number;
  readonly reason: string | null;
  readonly classDate: { readonly id: number; readonly title: string; readonly startsAt: Date } | null;
}

export interface WebhookHealth {
  /** of our classes, newest first */
  readonly latest: readonly WebhookRow[];
  readonly parked: readonly WebhookRow[];
  readonly parkedCount: number;
  readonly waitingCount: number;
  /** of teachers' other meetings */
  readonly unmatchedCount: number;
  readonly lastFailure: WebhookRow | null;
  readonly lastValidationAt: Date | null;
  readonly lastRefusalAt: Date | null;
  /** no more than twenty a minute are counted */
  readonly refusals: { readonly hour: number; readonly day: number };
}

const SHOWN = ['id', 'event', 'meetingId', 'createdAt', 'updatedAt', 'state', 'attempts', 'lastError'];

/** How it stands with what Zoom tells us. */
export async function findWebhookHealth({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<WebhookHealth> {
  const now = clock.now().getTime();
  const [latest, parked, failures, counts, lastValidationAt, lastRefusalAt, hour, day] = await Promise.all([
    find({ state: { [Op.ne]: 'unmatched' } }, [['id', 'DESC']], LATEST),
    find({ state: 'failed' }, [['id', 'DESC']], PARKED),
    // What was read in the end has no error any more; by its state it is found without looking at all of them.
    find({ state: ['received', 'failed'], lastError: { [Op.not]: null } }, [['updatedAt', 'DESC']], 1),
    db.query<{ state: WebhookState; count: number }>(
      'SELECT state, COUNT(*) AS count FROM webhook_events GROUP BY state',
      { type: QueryTypes.SELECT },
    ),
    lastAudit('webhook_url_validated'),
    lastAudit('webhook_signature_failed'),
    refusalsSince(new Date(now - HOUR_MS)),
    refusalsSince(new Date(now - DAY_MS)),
  ]);
  const countOf = (wanted: WebhookState) => counts.find(({ state }) => state === wanted)?.count ?? 0;
  const classes = await classesOf([...latest, ...parked, ...failures]);
  const present = (row: WebhookEvent) => rowOf(row, classes);
  const [lastFailure] = failures;
  return {
    latest: latest.map(present),
    parked: parked.map(present),
    parkedCount: countOf('failed'),
    waitingCount: countOf('received'),
    unmatchedCount: countOf('unmatched'),
    lastFailure: lastFailure ? present(lastFailure) : null,
    lastValidationAt,
    lastRefusalAt,
    refusals: { hour, day },
  };
}

/** A parked event for the page that asks whether to read it again; null when there is none. */
export async function findParkedEvent(id: number): Promise<WebhookRow | null> {
  const [row] = await find({ id, state: 'failed' }, [], 1);
  return row ? rowOf(row, await classesOf([row])) : null;
}

function find(where: WhereOptions<WebhookEvent>, order: [string, string][], limit: number): Promise<WebhookEvent[]> {
  return WebhookEvent.findAll({ where, attributes: SHOWN, order, limit });
}

type Class = NonNullable<WebhookRow['classDate']>;

/** By Zoom's meeting id. */
async function classesOf(rows: readonly WebhookEvent[]): Promise<Map<string, Class>> {
  const meetingIds = [...new Set(rows.flatMap(({ meetingId }) => meetingId ?? []))];
  const meetings = await ZoomMeeting.findAll({ where: { meetingId: meetingIds } });
  const classDates = await ClassDate.findAll({ where: { id: meetings.map(({ classDateId }) => classDateId) } });
  const orders = await BookOrder.findAll({ where: { id: classDates.map(({ orderId }) => orderId) } });
  const titles = new Map(orders.map(({ id, title }) => [id, title]));
  const classes = new Map(
    classDates.map(({ id, orderId, startsAt }) => [id, { id, startsAt, title: titles.get(orderId) ?? '' }]),
  );
  return new Map(
    meetings.flatMap(({ meetingId, classDateId }) => {
      const classDate = classes.get(classDateId);
      return meetingId !== null && classDate ? [[meetingId, classDate] as const] : [];
    }),
  );
}

function rowOf(row: WebhookEvent, classes: ReadonlyMap<string, Class>): WebhookRow {
  const { id, event, createdAt, state, attempts, lastError, meetingId } = row;
  const classDate = classes.get(meetingId ?? '') ?? null;
  return { id, event, cameAt: createdAt, state, attempts, reason: lastError, classDate };
}

async function lastAudit(action: ZoomAuditLog['action']): Promise<Date | null> {
  const row = await ZoomAuditLog.findOne({ where: { action }, order: [['createdAt', 'DESC']] });
  return row?.createdAt ?? null;
}

function refusalsSince(since: Date): Promise<number> {
  return ZoomAuditLog.count({ where: { action: 'webhook_signature_failed', createdAt: { [Op.gte]: since } } });
}
