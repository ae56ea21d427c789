import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import { again } from '../db/transaction';
import type { Deps } from '../deps';
import { REPEATED_IN_VAIN } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';
import { subjectColumn } from '../queries/mailSubject';
import type { MailSubjectId } from '../temporal/outbox';

type LeaseDeps = Pick<Deps, 'db'>;

const BATCH = 50;
const LEASE_SECONDS = 60;

const IS_DEAD = 'lease_until < UTC_TIMESTAMP(3)';
const WAS_REPEATED = `state = 'data_sent' AND resent = 1 AND ${IS_DEAD}`;
const IS_DUE = `((state = 'queued' AND next_attempt_at <= :now) OR (state IN ('sending', 'data_sent') AND ${IS_DEAD}))`;

/**
 * Takes a batch of what is due of the mails about something. A row found `data_sent` with a dead lease may have gone out; it
 * is marked so that it is repeated at most once.
 *
 * Rows are looked for without a lock, and taken by their ids. A statement that looks for what it changes locks its way
 * through an index that everybody at work on a mail changes, of whatever class: each of them waits for the other.
 *
 * @returns none when nothing is due that nobody else has taken
 */
export async function leaseMails({ db }: LeaseDeps, about: MailSubjectId, now: Date): Promise<MailDelivery[]> {
  const leaseHolder = randomUUID();
  for (;;) {
    const due = await findDue({ db }, about, now);
    if (due.length === 0) return [];
    await leaveRepeated({ db }, due);
    const ids = due.map(({ id }) => id);
    await take({ db }, ids, { holder: leaseHolder, now: sqlInstant(now) });
    const rows = await MailDelivery.findAll({ where: { id: ids, leaseHolder }, order: ['id'] });
    // There may be more behind those that somebody else has taken meanwhile.
    if (rows.length > 0) return rows;
  }
}

interface DueRow {
  readonly id: number;
  readonly repeated: number;
}

function findDue({ db }: LeaseDeps, about: MailSubjectId, now: Date): Promise<DueRow[]> {
  const [column, id] = subjectColumn(about);
  return db.query<DueRow>(
    `SELECT id, ${WAS_REPEATED} AS repeated FROM mail_deliveries WHERE ${column} = :id AND ${IS_DUE} ORDER BY id LIMIT ${BATCH}`,
    { type: QueryTypes.SELECT, replacements: { id, now: sqlInstant(now) } },
  );
}

async function leaveRepeated({ db }: LeaseDeps, due: readonly DueRow[]): Promise<void> {
  const ids = due.filter(({ repeated }) => repeated === 1).map(({ id }) => id);
  if (ids.length === 0) return;
  await again(() =>
    db.query(
      `UPDATE mail_deliveries FORCE INDEX (PRIMARY)
          SET state = 'unknown', lease_holder = NULL, lease_until = NULL, last_error = :lastError
        WHERE id IN (:ids) AND ${WAS_REPEATED}`,
      { type: QueryTypes.UPDATE, replacements: { ids, lastError: REPEATED_IN_VAIN } },
    ),
  );
}

async function take(
  { db }: LeaseDeps,
  ids: readonly number[],
  lease: { readonly holder: string; readonly now: string },
): Promise<void> {
  await again(() =>
    db.query(
      `UPDATE mail_deliveries FORCE INDEX (PRIMARY)
          SET resent = IF(state = 'data_sent', 1, resent), state = 'sending', attempts = attempts + 1,
              lease_holder = :holder, lease_until = UTC_TIMESTAMP(3) + INTERVAL ${LEASE_SECONDS} SECOND
        WHERE id IN (:ids) AND ${IS_DUE}`,
      { type: QueryTypes.UPDATE, replacements: { ...lease, ids } },
    ),
  );
}
