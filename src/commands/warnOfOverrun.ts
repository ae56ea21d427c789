import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { readyOr } from '../queries/inStates';
import { addToOutbox } from '../temporal/outbox';
import { clearRisk, saveRisks } from './saveRisks';

/** A class that begins so soon will have no host when the one before goes on. */
const WARNS_MINUTES = 15;

/**
 * A class runs past its end: that is a risk of the host's next one, of which they are mailed once, and which admins see.
 *
 * @returns the outbox rows to deliver after the commit
 */
export async function warnOfOverrun(
  deps: Pick<Deps, 'signingKeys'>,
  overrunning: ClassDate,
  now: Date,
  transaction: Transaction,
): Promise<number[]> {
  const next = await findNext(overrunning, now, transaction);
  if (!next) return [];
  const findings = [{ kind: 'overrun', detail: String(overrunning.id) }] as const;
  const isNew = await saveRisks(deps, next, { findings, lookedFor: ['overrun'], now }, transaction);
  return isNew ? [await addToOutbox({ classDateId: next.id }, 'class before overruns', transaction)] : [];
}

/** It is over: nothing stands in the next one's way any more. */
export async function clearOverrun(
  deps: Pick<Deps, 'signingKeys'>,
  classDateId: number,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  const where = { kind: 'overrun', detail: String(classDateId), isOpen: true } as const;
  for (const risk of await ClassRisk.findAll({ where, transaction })) await clearRisk(deps, risk, now, transaction);
}

async function findNext(
  { id, teacherId, startsAt }: ClassDate,
  now: Date,
  transaction: Transaction,
): Promise<ClassDate | undefined> {
  const later = await ClassDate.findAll({
    where: {
      id: { [Op.ne]: id },
      teacherId,
      ...readyOr('scheduled', 'preparing'),
      startsAt: { [Op.gte]: startsAt, [Op.lte]: addMinutes(now, WARNS_MINUTES) },
    },
    order: ['startsAt', 'id'],
    transaction,
    lock: transaction.LOCK.UPDATE,
  });
  return later.find((one) => now < classTimes(one).endsAt);
}
