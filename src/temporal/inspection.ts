import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { missingAttributes } from './searchAttributes';

const NOT_FOUND = 5;

/** How the namespace stands with what our workflows need of it. */
export interface Inspection {
  readonly namespace: string;
  readonly exists: boolean;
  /** names of search attributes that workers add when they start */
  readonly missingAttributes: readonly string[];
  /** what the server keeps everything in, such as `mysql8`; null where it does not say */
  readonly store: string | null;
}

export async function inspectNamespace(connection: Connection, namespace: string): Promise<Inspection> {
  const store = await storeOf(connection);
  try {
    await connection.workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isGrpcServiceError(error) || Number(error.code) !== NOT_FOUND) throw error;
    return { namespace, exists: false, missingAttributes: [], store };
  }
  return { namespace, exists: true, missingAttributes: await missingAttributes(connection, namespace), store };
}

/** A server that belongs to somebody else need not tell us. */
async function storeOf({ workflowService }: Connection): Promise<string | null> {
  try {
    const { persistenceStore } = await workflowService.getClusterInfo({});
    return persistenceStore === '' ? null : persistenceStore;
  } catch (error) {
    if (isGrpcServiceError(error)) return null;
    throw error;
  }
}
