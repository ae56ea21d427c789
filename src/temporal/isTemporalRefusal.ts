import { isGrpcServiceError } from '@temporalio/client';

/** gRPC status codes. */
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/** Whether an error means that the server answers and lets us do nothing, also where the SDK has put one around it. */
export function isTemporalRefusal(error: unknown): boolean {
  if (isGrpcServiceError(error)) return [PERMISSION_DENIED, UNAUTHENTICATED].includes(Number(error.code));
  return error instanceof Error && error.cause !== undefined && isTemporalRefusal(error.cause);
}
