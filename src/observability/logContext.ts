import { AsyncLocalStorage } from 'node:async_hooks';

/** What every line that is logged during it is about: the steps of a worker, each of which waits for others. */
interface LogContext {
  readonly classDateId?: number;
  readonly workflowId?: string;
  readonly step?: string;
}

const context = new AsyncLocalStorage<LogContext>();

/** Lines that are logged while `work` runs carry these; whoever logs need not know them. */
export function withLogContext<T>(about: LogContext, work: () => T): T {
  return context.run(about, work);
}

export function logContext(): LogContext {
  return context.getStore() ?? {};
}
