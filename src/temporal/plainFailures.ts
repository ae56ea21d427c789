import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Logger } from '../observability/logger';

/**
 * What an activity throws is kept in the workflow's history. A database or mail library may quote an address, a row or
 * a URL in its message, so only the error's kind goes there; our log has its code and place.
 */
export function plainFailures(logger: Logger): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        try {
          return await next(input);
        } catch (error) {
          const { activityType, workflowExecution } = info;
          logger.error({ activityType, workflowId: workflowExecution?.workflowId, ...placeOf(error) }, 'step failed');
          const type = error instanceof Error ? error.name : 'unknown';
          const message = `${activityType} failed; the worker's log says where`;
          const failure = ApplicationFailure.create({ message, type });
          // It would show this line, and our folders.
          failure.stack = '';
          throw failure;
        }
      },
    },
  });
}

/** Everything of an error but its message. */
function placeOf(error: unknown) {
  if (!(error instanceof Error)) return { error: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, code, at: at.map((line) => line.trim()) };
}
