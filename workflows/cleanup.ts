import { setCurrentDetails } from '@temporalio/workflow';
import { cleanupSteps } from './proxies';

/**
 * Every night, by a Schedule: clears away what is no longer needed. What one night leaves undone, because it failed or was
 * stopped, the next one does.
 */
export async function cleanup(): Promise<Record<string, number>> {
  setCurrentDetails('Clears away …');
  const counts = { ...(await cleanupSteps.cleanUp()) };
  const lines = Object.entries(counts).map(([what, count]) => `**${what}**: ${count}`);
  setCurrentDetails(lines.join('\n\n'));
  return counts;
}
