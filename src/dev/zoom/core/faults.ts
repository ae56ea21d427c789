import { z } from 'zod';
import type { Random } from './random';

const API_FAULTS = [
  /** Answers `status` (default 500) with a JSON error, without doing the work. */
  'status',
  'html',
  /** Answers as the token endpoint words errors: `status` (default 400) with `error` and `reason`. */
  'oauthAnswer',
  'xml',
  /** Does the work after `delayMs`. */
  'slow',
  /** Does the work at once, answers after `delayMs`. */
  'slowReply',
  /** Drops the connection without doing the work. */
  'reset',
  /** Does the work, then drops the connection (after `delayMs` if given). */
  'loseReply',
  /** Does the work, then answers 2xx with a body that is not JSON. */
  'garbledReply',
  'rateLimitQps',
  'rateLimitDaily',
  'falseNotFound',
  /** Hides from a list what was made within the last `delayMs` (default 60 s). */
  'listLag',
  /** 401 with code 124 in spite of a good token. */
  'invalidToken',
  /** 400 with code 3161. */
  'hostNotAllowed',
  /** The token endpoint's refusal with that `code`: 4700, 4702, 4704, 4709, 4711, 4717, 4733, 4734, 4735, 4738, 4741. */
  'oauthError',
] as const;

const WEBHOOK_FAULTS = [
  'drop',
  'duplicate',
  /** Sends after `delayMs`. */
  'delay',
  /** Sends after the next event has been sent. */
  'reorder',
  'badSignature',
  'staleTimestamp',
] as const;

export const faultSchema = z.strictObject({
  kind: z.enum([...API_FAULTS, ...WEBHOOK_FAULTS]),
  /** An operation such as meetingCreate or tokenRefresh; absent means every one of the API, but not of OAuth. */
  operation: z.string().optional(),
  /** E-mail address or Zoom user id. */
  host: z.string().optional(),
  meetingId: z.coerce.number().optional(),
  /** For webhooks: the event's name. */
  event: z.string().optional(),
  /** Every nth call that matches. */
  every: z.number().int().min(1).optional(),
  probability: z.number().min(0).max(1).optional(),
  /** At most so many times. */
  times: z.number().int().min(1).optional(),
  status: z.number().int().min(200).max(599).optional(),
  error: z.string().optional(),
  reason: z.string().optional(),
  delayMs: z.number().min(0).optional(),
  /** Of oauthError. */
  code: z.number().int().optional(),
  /** The Retry-After header of rateLimitQps and rateLimitDaily, as it stands. */
  retryAfter: z.string().optional(),
});

export type FaultRequest = z.infer<typeof faultSchema>;

export interface Fault extends FaultRequest {
  readonly id: number;
  matched: number;
  applied: number;
}

export interface FaultSubject {
  readonly operation: string;
  readonly hosts: readonly string[];
  readonly meetingId?: number | undefined;
  readonly event?: string | undefined;
}

/** The faults in force, in the order they were asked for. */
export class FaultTable {
  private faults: Fault[] = [];
  private lastId = 0;

  constructor(private readonly random: Random) {}

  add(request: FaultRequest): Fault {
    const fault = { ...request, id: ++this.lastId, matched: 0, applied: 0 };
    this.faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  remove(id: number): boolean {
    const before = this.faults.length;
    this.faults = this.faults.filter((fault) => fault.id !== id);
    return this.faults.length < before;
  }

  clear(): void {
    this.faults = [];
  }

  /** The faults this call is to suffer; counts it for each fault that matches. */
  take(subject: FaultSubject): Fault[] {
    return this.faults.filter((fault) => matches(fault, subject) && this.falls(fault));
  }

  private falls(fault: Fault): boolean {
    fault.matched++;
    if (fault.times !== undefined && fault.applied >= fault.times) return false;
    if (fault.every !== undefined && fault.matched % fault.every !== 0) return false;
    if (fault.probability !== undefined && !this.random.chance(fault.probability)) return false;
    fault.applied++;
    return true;
  }
}

const webhookFaults: readonly string[] = WEBHOOK_FAULTS;

function matches(fault: Fault, subject: FaultSubject): boolean {
  if (webhookFaults.includes(fault.kind) !== (subject.operation === 'webhook')) return false;
  const isApi = !subject.operation.startsWith('token');
  if (fault.operation === undefined ? !isApi : fault.operation !== subject.operation) return false;
  if (fault.host !== undefined && !subject.hosts.includes(fault.host)) return false;
  if (fault.meetingId !== undefined && fault.meetingId !== subject.meetingId) return false;
  return fault.event === undefined || fault.event === subject.event;
}
