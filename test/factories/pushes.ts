import { randomBytes } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import { noteOutcome } from '../../src/commands/noteOutcome';
import { publishEvents } from '../../src/commands/publishEvents';
import type { Deps } from '../../src/deps';
import type { OutcomeEventType } from '../../src/domain/outcomeEvents';
import { PUSHED_BY_DEFAULT } from '../../src/domain/pushes';
import type { ClassDate } from '../../src/models/ClassDate';
import { OutcomeEvent } from '../../src/models/OutcomeEvent';
import { PushEndpoint } from '../../src/models/PushEndpoint';
import { eventName } from '../../src/push/eventName';
import { newPushSecret, pushSecretPlace } from '../../src/push/secret';
import { buildClassDate, buildOrder } from './classes';

/** An endpoint of the customer `shop` unless said otherwise. */
export async function buildPushEndpoint(
  { encryption }: Pick<Deps, 'encryption'>,
  fields: Partial<CreationAttributes<PushEndpoint>> & { readonly url: string },
): Promise<{ endpoint: PushEndpoint; secret: string }> {
  const secret = newPushSecret();
  const randomKey = randomBytes(16).toString('hex');
  const endpoint = await PushEndpoint.create({
    randomKey,
    customer: 'shop',
    types: PUSHED_BY_DEFAULT.join(','),
    secretEncrypted: encryption.encrypt(secret, pushSecretPlace(randomKey, 'secret_encrypted')),
    state: 'on',
    ...fields,
  });
  return { endpoint, secret };
}

let count = 0;

/** A class date that a customer has booked. */
export async function buildSoldClass(customer = 'shop'): Promise<ClassDate> {
  count += 1;
  const order = await buildOrder();
  await order.update({ customer, externalId: `A-${count}` });
  return buildClassDate({ order, externalId: `lesson-${count}` });
}

/** Events of a class, each committed by itself and then published, by their names. */
export async function publishOutcomes(
  deps: Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>,
  classDate: ClassDate,
  types: readonly OutcomeEventType[],
): Promise<string[]> {
  const before = Number((await OutcomeEvent.max('id')) ?? 0);
  for (const type of types) await deps.db.transaction((transaction) => noteOutcome(classDate, type, transaction));
  await publishEvents(deps);
  const events = await OutcomeEvent.findAll({ order: ['seq'] });
  return events.filter(({ id }) => Number(id) > before).map((event) => eventName(event));
}
