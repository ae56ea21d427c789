import { heartbeat } from '@temporalio/activity';

const EVERY_MS = 3_000;

/** Lets Temporal know that this worker is alive while `work` waits for somebody else. */
export async function heartbeating<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => heartbeat(), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
