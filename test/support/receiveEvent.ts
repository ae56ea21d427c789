import { receiveWebhook } from '../../src/commands/receiveWebhook';
import type { Deps } from '../../src/deps';
import { parseEnvelope } from '../../src/zoom/webhookEvents';

/**
 * Has an event received, past the door.
 *
 * @returns the id of its row; null when it was there already
 */
export function receiveEvent(deps: Deps, body: string): Promise<number | null> {
  const envelope = parseEnvelope(JSON.parse(body));
  if (!envelope) throw new Error('not an event');
  return receiveWebhook(deps, envelope, Buffer.from(body), new Date());
}
