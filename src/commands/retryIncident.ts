import type { Deps } from '../deps';
import { inTransaction } from '../db/transaction';
import { ClassDate } from '../models/ClassDate';
import type { Incident } from '../models/Incident';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { touchedClasses } from '../queries/touchedClasses';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { hurryMails } from './hurryMails';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * Has every class that waits because of an incident tried again now, and the incident itself looked at.
 *
 * @returns how many classes
 */
export async function retryIncident(deps: Deps, incident: Incident, origin: AuditOrigin): Promise<number> {
  const { outboxIds, classes } = await inTransaction(deps.db, async (transaction) => {
    const where = touchedClasses(incident, deps.clock.now());
    const ids = (await ClassDate.findAll({ where, attributes: ['id'], transaction })).map(({ id }) => id);
    const waiting = { classDateId: ids, state: ['planned', 'failed'] };
    await ZoomMeeting.update({ nextAttemptAt: null }, { where: waiting, transaction });
    const added = [await addToOutbox({ incidentId: incident.id }, 'retry now', transaction)];
    for (const classDateId of ids) added.push(await addToOutbox({ classDateId }, 'retry now', transaction));
    const entity = { type: 'incident', id: incident.id };
    const metadata = { classes: ids.length };
    await writeAudit(deps, origin, { action: 'incident_retried', entity, metadata }, transaction);
    return { outboxIds: added, classes: ids.length };
  });
  await deliverOutbox(deps, ...outboxIds);
  if (incident.cause === 'mail_unreachable') await hurryMails(deps, 'retry now');
  return classes;
}
