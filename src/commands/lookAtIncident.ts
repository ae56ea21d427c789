import { Op } from 'sequelize';
import { planIncident, type IncidentStep } from '../domain/incidents';
import { Incident } from '../models/Incident';
import { mailsOutlook } from '../queries/mailsOutlook';
import { teacherToldAt } from '../queries/teacherToldAt';
import { listStartsSoon } from '../queries/touchedClasses';
import { dropOpeningMails, planIncidentMails } from './planIncidentMails';

/** What the workflow is told of an incident: words and instants, nothing of a person. */
export interface IncidentLook {
  /** `zoom_unreachable, open` */
  readonly phase: string;
  readonly steps: readonly IncidentStep[];
  /** ISO instant, or null when nothing more is waited for */
  readonly nextLookAt: string | null;
  readonly waitingFor: string;
}

/**
 * Looks at an incident as it is and says what to do. It touches only our own tables and may be done any number of times.
 *
 * @returns null when there is no such incident
 */
export async function lookAtIncident(incidentId: number, now: Date): Promise<IncidentLook | null> {
  const incident = await Incident.findByPk(incidentId);
  if (!incident) return null;
  const { cause, openedAt, lastSeenAt, closedAt } = incident;
  const soon = { startsSoon: await listStartsSoon(incident, now), teacherToldAt: await teacherToldAt(incident) };
  const plan = planIncident({ cause, openedAt, lastSeenAt, closedAt, ...soon }, now);
  if (closedAt !== null) await dropOpeningMails(incident);
  await planIncidentMails(incident, plan.mails, now);
  if (plan.phase === 'done') await letGo(incident);
  const mails = await mailsOutlook({ incidentId }, now);
  const steps: IncidentStep[] = [];
  if (plan.probes) steps.push('probeIncident');
  if (mails.due > 0) steps.push('sendIncidentMails');
  const mailFirst = mails.nextAttemptAt !== null && (!plan.nextLookAt || mails.nextAttemptAt < plan.nextLookAt);
  return {
    phase: `${cause}, ${plan.phase}`,
    steps,
    nextLookAt: (mailFirst ? mails.nextAttemptAt : plan.nextLookAt)?.toISOString() ?? null,
    waitingFor: mailFirst ? 'tries a mail again' : plan.waitingFor,
  };
}

/** From here on the same cause is new trouble. Not when it came back in this very moment. */
async function letGo({ id }: Incident): Promise<void> {
  await Incident.update({ openKey: null }, { where: { id, closedAt: { [Op.not]: null } } });
}
