import type { TestWorkflowEnvironment } from '@temporalio/testing';

/** The SDK gives a server five seconds to answer, which a machine at work on other things may take. */
const TRIES = 5;

/** Starts a Temporal server of a test's own, again when it was too slow to come up. */
export async function startEphemeral(start: () => Promise<TestWorkflowEnvironment>): Promise<TestWorkflowEnvironment> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await start();
    } catch (error) {
      const slow = error instanceof Error && error.message.includes('did not start within');
      if (!slow || tries >= TRIES) throw error;
    }
  }
}
