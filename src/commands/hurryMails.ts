import { Op, QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { MailDelivery } from '../models/MailDelivery';
import { subjectOf } from '../queries/mailSubject';
import { addToOutbox, deliverOutbox, type HintReason } from '../temporal/outbox';

/** Mails that have been tried in vain and wait for their next try. */
const WAITING = { state: 'queued', attempts: { [Op.gt]: 0 } } as const;
const SUBJECTS = ['classDateId', 'incidentId', 'accountLinkId'] as const;

/**
 * Has every mail that waits for its next try sent now: the mail server answers again, or somebody says so. A mail that
 * is a quarter of an hour from its next try could otherwise come after its class has begun.
 */
export async function hurryMails(deps: Pick<Deps, 'db' | 'temporal' | 'logger'>, reason: HintReason): Promise<void> {
  const outboxIds = await inTransaction(deps.db, async (transaction) => {
    const rows = await MailDelivery.findAll({
      where: WAITING,
      attributes: [...SUBJECTS],
      group: [...SUBJECTS],
      transaction,
    });
    if (rows.length === 0) return [];
    // Whatever the time of the workflow that sends them, a mail was due when it was made.
    await deps.db.query(
      `UPDATE mail_deliveries SET next_attempt_at = created_at WHERE state = 'queued' AND attempts > 0`,
      { type: QueryTypes.UPDATE, transaction },
    );
    const added: number[] = [];
    for (const row of rows) added.push(await addToOutbox(subjectOf(row), reason, transaction));
    return added;
  });
  await deliverOutbox(deps, ...outboxIds);
}
