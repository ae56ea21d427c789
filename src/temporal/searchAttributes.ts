import { isGrpcServiceError, type Connection } from '@temporalio/client';

/** KEYWORD in temporal.api.enums.v1.IndexedValueType. */
const KEYWORD = 2;

/** gRPC status codes. */
const ALREADY_EXISTS = 6;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** The attributes classes are found by in the Temporal UI; workflows that set one unknown to the server would stall. */
const NAMES = ['ClassDateId', 'TeacherId', 'Phase'];

type Services = Pick<Connection, 'operatorService' | 'workflowService'>;

/**
 * Makes sure the namespace knows the search attributes. Any number of workers may do this at once.
 *
 * @throws naming those to be made by hand, where the server leaves that to its owner (Temporal Cloud does)
 */
export async function ensureSearchAttributes(services: Services, namespace: string): Promise<void> {
  const refused = [];
  for (const name of NAMES) {
    if (!(await addAttribute(services, namespace, name))) refused.push(name);
  }
  if (refused.length === 0) return;
  const known = await knownAttributes(services, namespace);
  const missing = refused.filter((name) => !known.includes(name));
  if (missing.length === 0) return;
  throw new Error(
    `Temporal does not let us add search attributes to the namespace "${namespace}", and it lacks ${missing.join(', ')}. ` +
      'Add them there, each of type Keyword (in Temporal Cloud: Namespaces, the namespace, Edit), and start the worker again.',
  );
}

/** Those of ours that the namespace does not have; where it names them otherwise (Temporal Cloud), by their aliases. */
export async function missingAttributes(services: Services, namespace: string): Promise<string[]> {
  const aliases = await knownAttributes(services, namespace);
  const { customAttributes } = await services.operatorService.listSearchAttributes({ namespace });
  return NAMES.filter((name) => !aliases.includes(name) && !(name in customAttributes));
}

/** @returns false when we may not */
async function addAttribute({ operatorService }: Services, namespace: string, name: string): Promise<boolean> {
  try {
    await operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: KEYWORD } });
    return true;
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    if (Number(error.code) === ALREADY_EXISTS) return true;
    if (Number(error.code) === PERMISSION_DENIED || Number(error.code) === UNIMPLEMENTED) return false;
    throw error;
  }
}

/** Whoever may not add attributes may still read the names they have in the namespace. */
async function knownAttributes({ workflowService }: Services, namespace: string): Promise<string[]> {
  const { config } = await workflowService.describeNamespace({ namespace });
  return Object.values(config?.customSearchAttributeAliases ?? {});
}
