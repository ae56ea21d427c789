import type { Transaction } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { WorkflowOutbox } from '../models/WorkflowOutbox';
import type { Logger } from '../observability/logger';
import type { Temporal } from './temporal';

/** Why a workflow should look again; a word for the person who reads its history. */
export type HintReason =
  | 'booked'
  | 'rescheduled'
  | 'cancelled'
  | 'roster changed'
  | 'teacher reconnected'
  | 'meeting started'
  | 'meeting ended'
  | 'meeting deleted'
  | 'meeting updated'
  | 'late evidence';

/** Records, in the transaction that makes the change, that the class date's workflow must hear of it. */
export async function addToOutbox(classDateId: number, reason: HintReason, transaction: Transaction): Promise<number> {
  const row = await WorkflowOutbox.create({ classDateId, reason }, { transaction });
  return row.id;
}

/**
 * Tells the workflow, after the commit. Never throws: what cannot be delivered now stays in the outbox, and the act it
 * belongs to is done all the same.
 */
export async function deliverOutbox(deps: { temporal: Temporal; logger: Logger }, outboxId: number): Promise<void> {
  try {
    const row = await WorkflowOutbox.findByPk(outboxId);
    const classDate = row && (await ClassDate.findByPk(row.classDateId, { attributes: ['id', 'randomKey'] }));
    if (!row || !classDate) return;
    await deps.temporal.hintClassDate(classDate, row.reason);
    await row.update({ deliveredAt: new Date(), attempts: row.attempts + 1 });
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    // Only its name: a database's message can quote what it was asked to write.
    deps.logger.warn({ outboxId, reason }, 'workflow could not be told now; the outbox keeps it');
  }
}
