import type { WebhookState } from '../models/WebhookEvent';
import type { WebhookHealth, WebhookRow } from '../queries/findWebhookHealth';
import { paths } from '../routes/paths';
import { formatInstant, formatMoment } from './classTime';

const STATES: Readonly<Record<WebhookState, { readonly word: string; readonly tone: string }>> = {
  received: { word: 'waiting', tone: '' },
  processed: { word: 'read', tone: 'good' },
  unmatched: { word: 'not ours', tone: '' },
  failed: { word: 'parked', tone: 'bad' },
};

export function presentWebhookRow({ id, event, cameAt, state, attempts, reason, classDate }: WebhookRow, zone: string) {
  const retried = state === 'received' && attempts > 0;
  return {
    id,
    event,
    at: formatMoment(cameAt, zone),
    ...STATES[state],
    ...(retried ? { word: 'tried again soon', tone: '' } : {}),
    reason,
    classDate: classDate && { href: paths.classDate(classDate.id), title: classDate.title, id: classDate.id },
    replay: `${paths.webhookReplay}?event=${id}`,
  };
}

/** The page "is it working?" as plain values. */
export function presentWebhookHealth(health: WebhookHealth, zone: string) {
  const instant = (at: Date | null) => (at ? formatInstant(at, zone) : null);
  const { lastFailure } = health;
  return {
    latest: health.latest.map((row) => presentWebhookRow(row, zone)),
    parked: health.parked.map((row) => presentWebhookRow(row, zone)),
    parkedCount: health.parkedCount,
    waitingCount: health.waitingCount,
    unmatchedCount: health.unmatchedCount,
    lastFailure: lastFailure && presentWebhookRow(lastFailure, zone),
    lastValidation: instant(health.lastValidationAt),
    lastRefusal: instant(health.lastRefusalAt),
    refusals: health.refusals,
  };
}
