import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { ClassDate } from '../models/ClassDate';
import { noteOutcome } from './noteOutcome';
import { saveRisks } from './saveRisks';

interface NoRoom {
  /** what Zoom answered; null where its daily limit is used up */
  readonly refusal: string | null;
  readonly now: Date;
}

/**
 * A class is open, and Zoom makes no room for it: while its room is tried again, whoever could help is told once, and it
 * clears when the room is there. The feed is told in one event.
 *
 * @param classDate locked
 */
export async function noteNoRoom(
  deps: Pick<Deps, 'signingKeys'>,
  classDate: ClassDate,
  { refusal, now }: NoRoom,
  transaction: Transaction,
): Promise<void> {
  if (classDate.state !== 'preparing') return;
  const stateReason = refusal === null ? 'zoom_daily_limit' : 'zoom_refused';
  const isNewReason = classDate.stateReason !== stateReason;
  await classDate.update({ stateReason }, { transaction });
  const findings = [{ kind: 'no_room', detail: refusal }] as const;
  const isTold = await saveRisks(deps, classDate, { findings, lookedFor: ['no_room'], now }, transaction);
  if (isNewReason && !isTold) await noteOutcome(classDate, 'class.at_risk', transaction);
}
