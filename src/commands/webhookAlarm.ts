import type { Deps } from '../deps';
import { createFailureLimit } from '../security/failureLimit';
import { deliverOutbox } from '../temporal/outbox';
import { closeIncident } from './closeIncident';
import { reportTrouble } from './openIncident';

const WINDOW_SECONDS = 10 * 60;
/** A request with a signature of Zoom's form is most likely Zoom's, with a secret that is not the one saved here. */
const LOOKS_LIKE_ZOOM = { name: 'webhook-alarm-zoom', failures: 4, seconds: WINDOW_SECONDS };
/** Anybody may post rubbish to a public address; a scanner tries a handful of times. */
const ANY = { name: 'webhook-alarm-any', failures: 59, seconds: WINDOW_SECONDS };
/** While it goes on, once in so long is often enough to say so. */
const AGAIN = { name: 'webhook-alarm-again', failures: 1, seconds: 30 };

/** Good signatures come by the hundred, and there is seldom something to close; a workflow looks after it as well. */
const LOOK_MS = 2_000;

const WEBHOOK_SECRET = { cause: 'webhook_secret' } as const;

export interface WebhookAlarm {
  /** Counts a refusal; too many open the incident. */
  refused(request: { readonly looksLikeZoom: boolean }): Promise<void>;
  /** A good signature: it is over. Never throws: the event is what matters. */
  heard(): Promise<void>;
}

/** People are told only when no good signature has come for some minutes after that: see PATIENCE_MINUTES. */
export function createWebhookAlarm(deps: Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>): WebhookAlarm {
  const zoom = createFailureLimit(deps.db, LOOKS_LIKE_ZOOM);
  const any = createFailureLimit(deps.db, ANY);
  const again = createFailureLimit(deps.db, AGAIN);
  let lookAgainAt = 0;
  return {
    refused: async ({ looksLikeZoom }) => {
      const counted = [await any.count('all'), looksLikeZoom ? await zoom.count('all') : true];
      if (counted.includes(false) && (await again.count('all'))) await reportTrouble(deps, WEBHOOK_SECRET);
    },
    heard: async () => {
      const now = performance.now();
      if (now < lookAgainAt) return;
      lookAgainAt = now + LOOK_MS;
      try {
        const outboxId = await closeIncident(deps, WEBHOOK_SECRET, null);
        if (outboxId !== null) await deliverOutbox(deps, outboxId);
      } catch (error) {
        const reason = error instanceof Error ? error.name : 'unknown';
        deps.logger.warn({ reason }, 'the incident of the webhook secret could not be looked at');
      }
    },
  };
}
