import { lookAtPushEndpoint } from '../../src/commands/lookAtPushEndpoint';
import { pushDueEvents, type PushCounts } from '../../src/commands/pushDueEvents';
import { addMinutes } from '../../src/domain/clock';
import type { OutcomeEventType } from '../../src/domain/outcomeEvents';
import type { ClassDate } from '../../src/models/ClassDate';
import { OutcomeEvent } from '../../src/models/OutcomeEvent';
import { PushDelivery } from '../../src/models/PushDelivery';
import { PushEndpoint } from '../../src/models/PushEndpoint';
import { buildPushEndpoint, buildSoldClass, publishOutcomes } from '../factories/pushes';
import { startReceiver, type Receiver } from './receiver';
import { startWebsite, type Website } from './website';

/** A class that was sold, a receiver, and an endpoint that leads to it, whose workflow is played by the test. */
export interface PushSite {
  readonly website: Website;
  readonly receiver: Receiver;
  readonly classDate: ClassDate;
  readonly endpoint: PushEndpoint;
  readonly secret: string;
  /** the workflow's */
  readonly now: Date;
  /** A new endpoint that nothing waits for, and a receiver that takes everything. */
  begin(): Promise<void>;
  /** @returns the names of the events */
  publish(...types: OutcomeEventType[]): Promise<string[]>;
  /** What the workflow does, so many minutes later. */
  run(afterMinutes?: number): Promise<PushCounts>;
  /** The same when the endpoint is due, as the workflow waits. */
  runWhenDue(): Promise<PushCounts>;
  lookAt(): ReturnType<typeof lookAtPushEndpoint>;
  deliveries(): Promise<PushDelivery[]>;
  states(): Promise<PushDelivery['state'][]>;
  close(): Promise<void>;
}

/** As good as at once. */
const AT_ONCE_MINUTES = 0.01;

export async function startPushSite(): Promise<PushSite> {
  const website = await startWebsite({ PUSH_TO_LOOPBACK: 'true' });
  const receiver = await startReceiver();
  const classDate = await buildSoldClass();
  const { deps } = website;
  let { endpoint, secret } = await buildPushEndpoint(deps, { url: receiver.url });
  let now = new Date();

  const lookAt = () => lookAtPushEndpoint(deps, { endpointId: endpoint.id, now });
  const deliveries = () => PushDelivery.findAll({ where: { endpointId: endpoint.id }, order: ['seq'] });
  const run = (afterMinutes = AT_ONCE_MINUTES) => {
    now = addMinutes(now, afterMinutes);
    return pushDueEvents(deps, { endpointId: endpoint.id, now, heartbeat: () => undefined });
  };
  return {
    ...{ website, receiver, classDate, lookAt, deliveries, run },
    get endpoint() {
      return endpoint;
    },
    get secret() {
      return secret;
    },
    get now() {
      return now;
    },
    begin: async () => {
      await PushEndpoint.destroy({ where: {} });
      await OutcomeEvent.destroy({ where: {} });
      receiver.forget();
      receiver.answerWith(() => 204);
      ({ endpoint, secret } = await buildPushEndpoint(deps, { url: receiver.url }));
      now = new Date();
    },
    publish: (...types) => publishOutcomes(deps, classDate, types),
    runWhenDue: async () => {
      const look = await lookAt();
      const waitMs = Math.max(0, Date.parse(look.nextLookAt ?? '') - now.getTime());
      return run(waitMs / 60_000 + 0.001);
    },
    states: async () => (await deliveries()).map(({ state }) => state),
    close: async () => {
      await receiver.close();
      await website.close();
    },
  };
}
