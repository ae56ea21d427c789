import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import type { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { findNextOfHost } from '../queries/findNextOfHost';
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
  const next = await findNextOfHost(overrunning, { by: addMinutes(now, WARNS_MINUTES), now }, transaction);
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
