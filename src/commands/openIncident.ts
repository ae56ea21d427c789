import { randomBytes } from 'node:crypto';
import { QueryTypes, type Transaction } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Deps } from '../deps';
import type { IncidentCause } from '../domain/incidents';
import { ClassDate } from '../models/ClassDate';
import { touchedClasses } from '../queries/touchedClasses';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';

type TroubleDeps = Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>;

export interface Trouble {
  readonly cause: IncidentCause;
  /** the teacher it is about, where it is about one */
  readonly userId?: number;
  /** the endpoint of pushed events it is about, where it is about one */
  readonly pushEndpointId?: number;
}

/** What is open once: a cause, or a cause of one teacher or one endpoint. */
export function incidentKey({ cause, userId, pushEndpointId }: Trouble): string {
  const about = userId ?? pushEndpointId;
  return about === undefined ? cause : `${cause}:${about}`;
}

/**
 * Notes that something is wrong. The first to say so opens the incident and its workflow tells people; everybody after
 * that is counted.
 *
 * @returns the outbox rows to deliver after the commit; none when the incident was open already
 */
export async function openIncident(
  deps: Pick<Deps, 'db' | 'clock'>,
  trouble: Trouble,
  transaction: Transaction | null,
): Promise<number[]> {
  const reopened = await reopen(deps, trouble, transaction);
  const { incidentId, inserted } = await insertOrCount(deps, trouble, transaction);
  if (!inserted && !reopened) return [];
  const outboxIds = [await addToOutbox({ incidentId }, 'incident opened', transaction)];
  if (trouble.userId === undefined) return outboxIds;
  const where = touchedClasses({ cause: trouble.cause, userId: trouble.userId }, deps.clock.now());
  for (const { id } of await ClassDate.findAll({ where, attributes: ['id'], transaction })) {
    outboxIds.push(await addToOutbox({ classDateId: id }, 'incident opened', transaction));
  }
  return outboxIds;
}

/** The same for whoever has no transaction of their own. Never throws: the trouble itself is what matters now. */
export async function reportTrouble(deps: TroubleDeps, trouble: Trouble): Promise<void> {
  try {
    await deliverOutbox(deps, ...(await openIncident(deps, trouble, null)));
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    deps.logger.error({ cause: trouble.cause, reason }, 'an incident could not be opened');
  }
}

/** One that was closed a moment ago keeps its row: it is the same trouble, and nobody is told of it twice. */
async function reopen({ db }: Pick<Deps, 'db'>, trouble: Trouble, transaction: Transaction | null): Promise<boolean> {
  const [, changed] = await db.query(
    'UPDATE incidents SET closed_at = NULL WHERE open_key = :openKey AND closed_at IS NOT NULL',
    { type: QueryTypes.UPDATE, replacements: { openKey: incidentKey(trouble) }, transaction },
  );
  return changed === 1;
}

/** MySQL counts one row for an insert and two for an update. */
const INSERTED = 1;

async function insertOrCount(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  trouble: Trouble,
  transaction: Transaction | null,
): Promise<{ incidentId: number; inserted: boolean }> {
  const [id, affected] = await db.query(
    `INSERT INTO incidents
       (random_key, cause, user_id, push_endpoint_id, open_key, occurrences, opened_at, last_seen_at, created_at, updated_at)
     VALUES (:randomKey, :cause, :userId, :pushEndpointId, :openKey, 1, :now, :now, :now, :now)
     ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), occurrences = occurrences + 1, last_seen_at = VALUES(last_seen_at),
                             updated_at = VALUES(updated_at)`,
    {
      type: QueryTypes.INSERT,
      replacements: {
        randomKey: randomBytes(16).toString('hex'),
        cause: trouble.cause,
        userId: trouble.userId ?? null,
        pushEndpointId: trouble.pushEndpointId ?? null,
        openKey: incidentKey(trouble),
        now: sqlInstant(clock.now()),
      },
      transaction,
    },
  );
  return { incidentId: Number(id), inserted: affected === INSERTED };
}
