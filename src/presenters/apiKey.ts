import type { ApiKey } from '../models/ApiKey';
import { formatMoment } from './classTime';

/** A key for the page and the command line, without anything secret. */
export function presentApiKey(key: ApiKey, zone: string, now: Date) {
  const { id, name, customer, hint, callsAMinute, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  const when = (instant: Date | null) => (instant === null ? null : formatMoment(instant, zone));
  return {
    ...{ id, name, customer, callsAMinute },
    hint: `${hint}…`,
    scopes: key.scopes.split(' '),
    good: key.isGood(now),
    state: revokedAt !== null ? 'withdrawn' : key.isGood(now) ? 'good' : 'run out',
    createdAt: when(createdAt),
    expiresAt: when(expiresAt),
    lastUsedAt: when(lastUsedAt),
  };
}
