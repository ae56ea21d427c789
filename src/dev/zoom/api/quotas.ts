import type { SimulatedUser } from '../options';
import type { World } from '../core/world';
import { ZoomApiError } from './errors';

export type RateLabel = 'Light' | 'Medium' | 'Heavy';

interface Limit {
  readonly perSecond: number;
  readonly perDay: number;
}

/** Per account, shared by all its users and apps. No daily limit is published for Light and Medium above Free. */
const LIMITS: Readonly<Record<SimulatedUser['plan'], Readonly<Record<RateLabel, Limit>>>> = {
  free: {
    Light: { perSecond: 4, perDay: 6000 },
    Medium: { perSecond: 2, perDay: 2000 },
    Heavy: { perSecond: 1, perDay: 1000 },
  },
  pro: {
    Light: { perSecond: 30, perDay: Infinity },
    Medium: { perSecond: 20, perDay: Infinity },
    Heavy: { perSecond: 10, perDay: 30_000 },
  },
  business: {
    Light: { perSecond: 80, perDay: Infinity },
    Medium: { perSecond: 60, perDay: Infinity },
    Heavy: { perSecond: 40, perDay: 60_000 },
  },
};

const PER_SECOND_TEXT = 'You have reached the maximum per-second rate limit for this API. Try again later.';

const DAILY_TEXT =
  'You have reached the maximum daily rate limit for this API. Refer to the response header for details on when you can make another request.';

interface Second {
  second: number;
  used: number;
}

const seconds = new WeakMap<World, Map<string, Second>>();

/**
 * Counts a call against its account.
 *
 * @returns the headers every answer carries
 * @throws ZoomApiError 429
 */
export function countCall(world: World, user: SimulatedUser, label: RateLabel): Record<string, string> {
  const limit = limitOf(world, user, label);
  const usedToday = use(world, 'calls', `${user.accountId}:${label}`);
  const usedNow = useSecond(world, `${user.accountId}:${label}`);
  if (world.behaviour.enforceQuotas && usedToday > limit.perDay) throw dailyLimit(world, label, limit.perDay);
  if (world.behaviour.enforceQuotas && usedNow > limit.perSecond) throw perSecondLimit(label, limit.perSecond);
  return limitHeaders(label, 'QPS', limit.perSecond, limit.perSecond - usedNow);
}

export function perSecondLimit(label: RateLabel, limit: number, retryAfter?: string): ZoomApiError {
  const headers = { ...limitHeaders(label, 'QPS', limit, 0), ...(retryAfter ? { 'retry-after': retryAfter } : {}) };
  return new ZoomApiError(429, 429, PER_SECOND_TEXT, { headers });
}

/** Retry-After is an ISO instant, not a number of seconds. */
export function dailyLimit(world: World, label: RateLabel, limit: number, retryAfter?: string): ZoomApiError {
  const headers = {
    ...limitHeaders(label, 'Daily-limit', limit, 0),
    'retry-after': retryAfter ?? nextMidnight(world),
  };
  return new ZoomApiError(429, 429, DAILY_TEXT, { headers });
}

/**
 * Counts a creation or an update against its host. The 429 is as it was seen in the wild: without a type and a
 * Retry-After, and with headers that speak of quite another limit.
 */
export function countMeetingWrite(world: World, hostId: string): void {
  const allowed = world.behaviour.meetingWritesPerDay;
  if (use(world, 'meeting writes', hostId) <= allowed || !world.behaviour.enforceQuotas) return;
  throw new ZoomApiError(
    429,
    429,
    `You have exceeded the daily rate limit (${allowed}) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00.`,
    {
      headers: { 'x-ratelimit-category': 'Light', 'x-ratelimit-limit': '6000', 'x-ratelimit-remaining': '5893' },
    },
  );
}

export function countRegistrantCall(world: World, action: 'Add' | 'Status', meetingId: number, email: string): void {
  const { registrantAddsPerDay, registrantStatusPerDay, enforceQuotas } = world.behaviour;
  const allowed = action === 'Add' ? registrantAddsPerDay : registrantStatusPerDay;
  if (use(world, `registrant ${action}`, `${meetingId}:${email}`) <= allowed || !enforceQuotas) return;
  const name = action === 'Add' ? 'Add a meeting registrant' : "Update a meeting registrant's status";
  throw new ZoomApiError(
    429,
    429,
    `You have exceeded the daily rate limit of (${allowed}) for ${name} API requests for the registrant (${email}). You can resume these API requests at GMT 00:00:00.`,
  );
}

function limitOf(world: World, user: SimulatedUser, label: RateLabel): Limit {
  const limit = LIMITS[user.plan][label];
  const changed = world.behaviour.accountLimits[`${user.plan}:${label}`];
  return { perSecond: changed?.perSecond ?? limit.perSecond, perDay: changed?.perDay ?? limit.perDay };
}

function limitHeaders(label: RateLabel, type: string, limit: number, remaining: number): Record<string, string> {
  return {
    'x-ratelimit-category': label,
    'x-ratelimit-type': type,
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(Math.max(0, remaining)),
  };
}

/** @returns how often it has been used today, this time included */
function use(world: World, allowance: string, subject: string): number {
  const { dailyUses } = world.state;
  const day = world.clock.iso().slice(0, 10);
  const key = `${day} ${allowance} ${subject}`;
  const oldest = dailyUses.keys().next().value;
  if (oldest !== undefined && !oldest.startsWith(day)) dailyUses.clear();
  const used = (dailyUses.get(key) ?? 0) + 1;
  dailyUses.set(key, used);
  return used;
}

function useSecond(world: World, subject: string): number {
  const known = seconds.get(world) ?? new Map<string, Second>();
  seconds.set(world, known);
  const second = Math.floor(world.clock.now() / 1000);
  const last = known.get(subject);
  const used = last?.second === second ? last.used + 1 : 1;
  known.set(subject, { second, used });
  return used;
}

function nextMidnight(world: World): string {
  const day = new Date(world.clock.now());
  return world.clock.iso(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 1));
}
