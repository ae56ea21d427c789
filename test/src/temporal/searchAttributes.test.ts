import { Connection, ServiceError } from '@temporalio/client';
import { requireTestEnvironment } from '../../../src/config/testEnvironment';
import { ensureSearchAttributes } from '../../../src/temporal/searchAttributes';
import { createNamespace } from '../../support/namespace';

const PERMISSION_DENIED = 7;

let connection: Connection;
let namespace: string;

beforeAll(async () => {
  const address = requireTestEnvironment('temporalAddress');
  namespace = await createNamespace(address);
  connection = await Connection.connect({ address });
});

afterAll(() => connection.close());

/** Temporal Cloud, which cannot run here: the same server, but attributes are made by its owner. */
function cloud() {
  const refused = Object.assign(new ServiceError('Request unauthorized.'), {
    code: PERMISSION_DENIED,
    details: '',
    metadata: {},
  });
  const operatorService = Object.create(connection.operatorService, {
    addSearchAttributes: { value: () => Promise.reject(refused) },
  }) as Connection['operatorService'];
  return { operatorService, workflowService: connection.workflowService };
}

it('names what has to be made by hand where the server does not let us', async () => {
  await expect(ensureSearchAttributes(cloud(), namespace)).rejects.toThrow(
    /lacks ClassDateId, TeacherId, Phase\. Add them there, each of type Keyword/,
  );
});

it('makes them, any number of times at once, and is content where they have been made by hand', async () => {
  await Promise.all([1, 2, 3].map(() => ensureSearchAttributes(connection, namespace)));

  await expect(ensureSearchAttributes(connection, namespace)).resolves.toBeUndefined();
  await expect(ensureSearchAttributes(cloud(), namespace)).resolves.toBeUndefined();
});
