import type { Transaction } from 'sequelize';
import { lessSureThan, type PersonMatch } from '../domain/segments';
import { ZoomParticipant } from '../models/ZoomParticipant';

/** Stays in breakout rooms, or by telephone, may have been told before the stay in the meeting that they belong to. */
export async function passOnMatch(
  { instanceId, zoomSessionUserId }: { readonly instanceId: number; readonly zoomSessionUserId: string },
  match: PersonMatch,
  transaction: Transaction,
): Promise<void> {
  const matchedBy = lessSureThan(match.matchedBy);
  const where = { instanceId, parentSessionUserId: zoomSessionUserId, matchedBy };
  if (matchedBy.length > 0) await ZoomParticipant.update(match, { where, transaction });
}
