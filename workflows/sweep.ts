import { log, setCurrentDetails } from '@temporalio/workflow';
import { sweepSteps } from './proxies';

/**
 * Every five minutes, by a Schedule: what should be so whatever has been lost. Each step is one that may be done at any
 * time, any number of times, and that the next sweep does again where this one failed; what is to be looked after now and
 * then, and belongs to no class, has its place here.
 */
export async function sweep(): Promise<Record<string, string>> {
  const done: Record<string, string> = {};
  const step = async (name: string, run: () => Promise<string>) => {
    setCurrentDetails([...lines(done), `${name} …`].join('\n\n'));
    done[name] = await attempt(name, run);
    setCurrentDetails(lines(done).join('\n\n'));
  };
  await step('Workflows', async () => {
    const counts = await sweepSteps.sweepWorkflows();
    return Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
  });
  await step('Old rows', async () => `${await sweepSteps.deleteOldRows()} deleted`);
  await step('Class times', async () => {
    const counts = await sweepSteps.rederiveDaily();
    return counts ? `${counts.checked} compared, ${counts.moved} moved, ${counts.left} left` : 'compared today';
  });
  return done;
}

function lines(done: Readonly<Record<string, string>>): string[] {
  return Object.entries(done).map(([name, outcome]) => `**${name}**: ${outcome}`);
}

/** What fails keeps no other step from being done. */
async function attempt(name: string, run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    log.warn('a step of the sweep failed and is done again by the next', { step: name });
    return `failed (${error instanceof Error ? error.name : 'unknown'})`;
  }
}
