import { QueryTypes } from 'sequelize';
import { sqlInstant } from '../db/sqlInstant';
import type { Outlook } from '../domain/classPlan';
import { MailDelivery } from '../models/MailDelivery';
import type { MailSubjectId } from '../temporal/outbox';
import { subjectColumn } from './mailSubject';

interface OutlookRow {
  readonly due: number;
  readonly next_queued: Date | null;
  /** seconds until the earliest running lease ends */
  readonly lease_left: number | null;
}

/**
 * How many of the mails about something may be sent now, and when the next may be. Leases run by the database's clock, so
 * their end is carried over to the workflow's `now` as a distance.
 */
export async function mailsOutlook(about: MailSubjectId, now: Date): Promise<Outlook> {
  const [column, id] = subjectColumn(about);
  const rows = await MailDelivery.sequelize?.query<OutlookRow>(
    `SELECT COALESCE(SUM(CASE WHEN state = 'queued' AND next_attempt_at <= :now THEN 1
                              WHEN state <> 'queued' AND lease_until < UTC_TIMESTAMP(3) THEN 1 ELSE 0 END), 0) AS due,
            MIN(CASE WHEN state = 'queued' AND next_attempt_at > :now THEN next_attempt_at END) AS next_queued,
            MIN(CASE WHEN state <> 'queued' AND lease_until >= UTC_TIMESTAMP(3)
                     THEN TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), lease_until) END) AS lease_left
       FROM mail_deliveries
      WHERE ${column} = :id AND state IN ('queued', 'sending', 'data_sent')`,
    { type: QueryTypes.SELECT, replacements: { id, now: sqlInstant(now) } },
  );
  const [row] = rows ?? [];
  if (!row) return { due: 0, nextAttemptAt: null };
  const leaseEnd = row.lease_left === null ? null : new Date(now.getTime() + (row.lease_left + 1) * 1000);
  const later = [row.next_queued, leaseEnd].flatMap((instant) => (instant ? [instant.getTime()] : []));
  return { due: Number(row.due), nextAttemptAt: later.length > 0 ? new Date(Math.min(...later)) : null };
}
