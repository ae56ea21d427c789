import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { missingAttributes } from './searchAttributes';

const NOT_FOUND = 5;

/** How the namespace stands with what our workflows need of it. */
export interface Inspection {
  readonly namespace: string;
  readonly exists: boolean;
  /** names of search attributes that workers add when they start */
  readonly missingAttributes: readonly string[];
}

export async function inspectNamespace(connection: Connection, namespace: string): Promise<Inspection> {
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isGrpcServiceError(error) || Number(error.code) !== NOT_FOUND) throw error;
    return { namespace, exists: false, missingAttributes: [] };
  }
  return { namespace, exists: true, missingAttributes: await missingAttributes(connection, namespace) };
}
