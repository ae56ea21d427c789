import { isGrpcServiceError, type Connection } from '@temporalio/client';

/** KEYWORD in temporal.api.enums.v1.IndexedValueType. */
const KEYWORD = 2;
const ALREADY_EXISTS = 6;

/** The attributes classes are found by in the Temporal UI; workflows that set one unknown to the server would stall. */
const NAMES = ['ClassDateId', 'TeacherId', 'Phase'];

/** Makes sure the namespace knows the search attributes. Any number of workers may do this at once. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const name of NAMES) {
    try {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: KEYWORD } });
    } catch (error) {
      if (!isGrpcServiceError(error) || Number(error.code) !== ALREADY_EXISTS) throw error;
    }
  }
}
