import type { Transaction } from 'sequelize';
import { OutcomeEvent } from '../models/OutcomeEvent';

/** The last place that the feed has given out, as far as its rows say; 0 before the first. Clean-up always leaves that row. */
export async function findFeedEnd(transaction: Transaction | null = null): Promise<number> {
  return Number((await OutcomeEvent.max('seq', { transaction })) ?? 0);
}
