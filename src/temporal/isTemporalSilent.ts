import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status codes. */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

/** Whether an error means that the server did not answer, also where the SDK has put one of its own around it. */
export function isTemporalSilent(error: unknown): boolean {
  if (isGrpcServiceError(error)) return [DEADLINE_EXCEEDED, UNAVAILABLE].includes(Number(error.code));
  return error instanceof Error && error.cause !== undefined && isTemporalSilent(error.cause);
}
