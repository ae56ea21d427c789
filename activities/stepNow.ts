import { Context } from '@temporalio/activity';

/**
 * The now of a step: the workflow's, of when it was scheduled, and as long as it has waited for a worker since. However
 * long that was, a step goes by the time at which it begins: what has come too late by then is not done.
 */
export function stepNow(now: string): Date {
  const { scheduledTimestampMs } = Context.current().info;
  return new Date(Date.parse(now) + Math.max(0, Date.now() - scheduledTimestampMs));
}
