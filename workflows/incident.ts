import { continueAsNew } from '@temporalio/workflow';
import { levelLoop } from './levelLoop';
import { incidentMails, incidentProbes, lookAtIncident } from './proxies';

interface IncidentWorkflowInput {
  readonly incidentId: number;
}

/** One trouble, from its opening until it has stayed mended: tells people, and looks whether it is over. */
export function incident({ incidentId }: IncidentWorkflowInput): Promise<void> {
  const input = () => ({ incidentId, now: new Date(Date.now()).toISOString() });
  return levelLoop({
    name: `Incident ${incidentId}`,
    look: () => lookAtIncident(input()),
    run: (step) =>
      step === 'probeIncident' ? incidentProbes.probeIncident(input()) : incidentMails.sendIncidentMails(input()),
    startAnew: () => continueAsNew<typeof incident>({ incidentId }),
  });
}
