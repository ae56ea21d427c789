import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { withLogContext } from '../observability/logContext';
import type { Logger } from '../observability/logger';

/**
 * What an activity throws is kept in the workflow's history. A database or mail library may quote an address, a row or
 * a URL in its message, so only the error's kind goes there; our log has its code and place. Whatever a step logs
 * carries its workflow and its class.
 */
export function plainFailures(logger: Logger): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const { activityType, workflowExecution } = info;
        const about = {
          workflowId: workflowExecution?.workflowId ?? 'none',
          step: activityType,
          ...classOf(input.args),
        };
        try {
          return await withLogContext(about, () => next(input));
        } catch (error) {
          logger.error({ activityType, ...about, ...placeOf(error) }, 'step failed');
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

/** A step of a class is given its id. */
function classOf([input]: readonly unknown[]): { classDateId?: number } {
  if (typeof input !== 'object' || input === null || !('classDateId' in input)) return {};
  return typeof input.classDateId === 'number' ? { classDateId: input.classDateId } : {};
}

/** Everything of an error but its message. */
function placeOf(error: unknown) {
  if (!(error instanceof Error)) return { error: 'unknown' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, code, at: at.map((line) => line.trim()) };
}
