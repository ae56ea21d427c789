import { Op, QueryTypes, type Sequelize } from 'sequelize';
import { OVER_STATES } from '../domain/classStates';
import { YOUNG_MS, type SweptClass, type SweptKind, type SweptRow } from '../domain/sweep';
import { AccountLink } from '../models/AccountLink';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import { PushEndpoint } from '../models/PushEndpoint';
import { ZoomConnection } from '../models/ZoomConnection';

const PAGE = 1_000;

/** What a class that is over has left undone is done within so many days, or never. */
const WORK_LEFT_DAYS = 14;

/** States that only a workflow takes a row out of. */
const UNSENT = `state IN ('queued', 'sending', 'data_sent')`;
const UNRESOLVED = `state IN ('creating', 'unknown', 'deleting')`;

/** Each says which rows of a table have work left for their workflow; the columns they name are indexed. */
const SOURCES: readonly { readonly kind: SweptKind; readonly table: string; readonly where: string }[] = [
  { kind: 'classDate', table: 'class_dates', where: 'r.state NOT IN (:over)' },
  {
    kind: 'classDate',
    table: 'class_dates',
    where: `r.state IN (:over) AND r.starts_at > TIMESTAMPADD(DAY, -${WORK_LEFT_DAYS}, UTC_TIMESTAMP(3)) AND (
        (r.state = 'settled' AND (r.evidence_at > r.settled_at OR r.next_attempt_at IS NOT NULL))
        OR EXISTS (SELECT 1 FROM zoom_meetings m WHERE m.class_date_id = r.id AND (
             m.${UNRESOLVED} OR m.late_look_at IS NOT NULL OR (r.state = 'cancelled' AND m.is_current = 1)))
        OR EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.class_date_id = r.id AND d.${UNSENT}))`,
  },
  { kind: 'zoomConnection', table: 'zoom_connections', where: `r.state = 'connected'` },
  {
    kind: 'incident',
    table: 'incidents',
    where: `r.open_key IS NOT NULL
        OR EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.incident_id = r.id AND d.${UNSENT})`,
  },
  {
    kind: 'pushEndpoint',
    table: 'push_endpoints',
    where: `r.state = 'on'
        AND EXISTS (SELECT 1 FROM push_deliveries d WHERE d.endpoint_id = r.id AND d.state = 'queued')`,
  },
  {
    kind: 'accountLink',
    table: 'account_links',
    where: `EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.account_link_id = r.id AND d.${UNSENT})`,
  },
];

export interface SweptPage {
  readonly kind: SweptKind;
  readonly rows: readonly SweptRow[];
}

/** Every row whose workflow should run, a page at a time. */
export async function* listSweptRows(db: Sequelize): AsyncGenerator<SweptPage> {
  for (const { kind, table, where } of SOURCES) {
    let after = 0;
    for (;;) {
      const rows = await db.query<SweptRow>(
        `SELECT r.id, r.random_key AS randomKey, r.updated_at AS changedAt FROM ${table} r
          WHERE r.id > :after AND (${where}) ORDER BY r.id LIMIT ${PAGE}`,
        { type: QueryTypes.SELECT, replacements: { after, over: [...OVER_STATES] } },
      );
      if (rows.length > 0) yield { kind, rows };
      if (rows.length < PAGE) break;
      after = rows.at(-1)?.id ?? 0;
    }
  }
}

/** Longer than any outage of Temporal alone that nobody would have noticed. */
const LATELY_HOURS = 6;

/**
 * Classes that were cancelled or missed lately and whose people, some of whom had been told of them, have no mail that
 * says so: it may be that nobody has to be told, which only the class's own look can say.
 */
export async function* listUntoldEnds(db: Sequelize, pageSize = PAGE): AsyncGenerator<SweptRow[]> {
  for (let after = 0; ;) {
    const rows = await db.query<SweptRow>(
      `SELECT r.id, r.random_key AS randomKey, r.updated_at AS changedAt FROM class_dates r
        WHERE r.id > :after AND r.state IN ('cancelled', 'missed')
          AND r.updated_at BETWEEN TIMESTAMPADD(HOUR, -${LATELY_HOURS}, UTC_TIMESTAMP(3))
                               AND TIMESTAMPADD(SECOND, -${2 * (YOUNG_MS / 1_000)}, UTC_TIMESTAMP(3))
          AND EXISTS (SELECT 1 FROM mail_deliveries d WHERE d.class_date_id = r.id AND d.state IN ('sent', 'unknown'))
          AND NOT EXISTS (SELECT 1 FROM mail_deliveries d
                           WHERE d.class_date_id = r.id AND d.kind = r.state AND d.version = r.schedule_version)
        ORDER BY r.id LIMIT :pageSize`,
      { type: QueryTypes.SELECT, replacements: { after, pageSize } },
    );
    yield rows;
    if (rows.length < pageSize) return;
    after = rows.at(-1)?.id ?? 0;
  }
}

const OUTBOX_COLUMNS: Readonly<Record<SweptKind, string>> = {
  classDate: 'class_date_id',
  zoomConnection: 'connection_id',
  incident: 'incident_id',
  pushEndpoint: 'push_endpoint_id',
  accountLink: 'account_link_id',
};

/** Those of the rows whose workflow has a hint on its way: it waits in the outbox, or was delivered just now. */
export async function findHinted(db: Sequelize, kind: SweptKind, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const column = OUTBOX_COLUMNS[kind];
  const rows = await db.query<{ id: number }>(
    `SELECT DISTINCT ${column} AS id FROM workflow_outbox
      WHERE ${column} IN (:ids)
        AND (delivered_at IS NULL OR delivered_at > TIMESTAMPADD(SECOND, -${YOUNG_MS / 1_000}, UTC_TIMESTAMP(3)))`,
    { type: QueryTypes.SELECT, replacements: { ids } },
  );
  return new Set(rows.map(({ id }) => id));
}

/** The random keys of rows, by their ids; a row that is not there has none. */
export async function findRandomKeys(kind: SweptKind, ids: readonly number[]): Promise<Map<number, string>> {
  const options = { where: { id: [...ids] }, attributes: ['id', 'randomKey'], raw: true };
  const rows = await {
    classDate: () => ClassDate.findAll(options),
    zoomConnection: () => ZoomConnection.findAll(options),
    incident: () => Incident.findAll(options),
    pushEndpoint: () => PushEndpoint.findAll(options),
    accountLink: () => AccountLink.findAll(options),
  }[kind]();
  return new Map(rows.map(({ id, randomKey }) => [id, randomKey]));
}

/** Classes that have begun and are not over: the candidates for being overdue. */
export async function* listUnfinishedClasses(now: Date): AsyncGenerator<(SweptClass & SweptRow)[]> {
  for (let after = 0; ;) {
    const classDates = await ClassDate.findAll({
      where: { id: { [Op.gt]: after }, state: { [Op.notIn]: [...OVER_STATES] }, startsAt: { [Op.lt]: now } },
      order: ['id'],
      limit: PAGE,
    });
    yield classDates.map((classDate) => {
      const { id, randomKey, state, endedAt, nextAttemptAt, updatedAt: changedAt } = classDate;
      return { id, randomKey, state, endedAt, nextAttemptAt, changedAt, schedule: classDate };
    });
    if (classDates.length < PAGE) return;
    after = classDates.at(-1)?.id ?? 0;
  }
}
