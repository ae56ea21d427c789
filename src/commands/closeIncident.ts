import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { Incident } from '../models/Incident';
import { addToOutbox } from '../temporal/outbox';
import { incidentKey, type Trouble } from './openIncident';

/**
 * Notes that something is well again. People hear of it when it has stayed so for some minutes.
 *
 * @returns the outbox row to deliver after the commit; null when nothing was open
 */
export async function closeIncident(
  { clock }: Pick<Deps, 'clock'>,
  trouble: Trouble,
  transaction: Transaction | null,
): Promise<number | null> {
  const openKey = incidentKey(trouble);
  const open = await Incident.findOne({ where: { openKey, closedAt: null }, transaction });
  if (!open) return null;
  const [closed] = await Incident.update(
    { closedAt: clock.now() },
    { where: { id: open.id, closedAt: null }, transaction },
  );
  return closed === 1 ? addToOutbox({ incidentId: open.id }, 'incident closed', transaction) : null;
}
