import type { Deps } from '../deps';
import type { PushOutcome } from '../domain/pushes';
import type { PushEndpoint } from '../models/PushEndpoint';
import type { PushContent } from '../push/message';
import { signedPost } from '../push/message';
import { post } from '../push/post';
import { readPushSecrets } from '../queries/readPushSecrets';
import { DecryptionError } from '../security/encryption';

type CallDeps = Pick<Deps, 'config' | 'encryption' | 'clock' | 'logger'>;

/** Signs what is told, and sends it once. The log has what came of it, and never the address. */
export async function callPushEndpoint(
  deps: CallDeps,
  endpoint: PushEndpoint,
  { id, content }: { readonly id: string; readonly content: PushContent },
): Promise<PushOutcome> {
  const startedAt = performance.now();
  const outcome = await send(deps, endpoint, id, content);
  const tookMs = Math.round(performance.now() - startedAt);
  const about = { pushEndpointId: endpoint.id, event: id, tookMs, ...outcome };
  if (outcome.ok) deps.logger.info(about, 'event pushed');
  else deps.logger.warn(about, 'event not pushed');
  return outcome;
}

function send(deps: CallDeps, endpoint: PushEndpoint, id: string, content: PushContent): Promise<PushOutcome> {
  const { config, clock } = deps;
  try {
    const signing = { id, secrets: readPushSecrets(deps, endpoint), now: clock.now() };
    return post(signedPost(endpoint.url, content, signing), config.push);
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    return Promise.resolve({ ok: false, status: null, failure: 'secret_unreadable' });
  }
}
