import { createHmac } from 'node:crypto';
import type { Fault } from '../core/faults';
import type { World } from '../core/world';
import { WebhookConnections, type PostReply } from './post';
import { serialiseEvent, signWebhook } from './signing';

const MINUTE_MS = 60_000;

/** Zoom tries again after 5, then 20, then 60 minutes, and then never. */
const RETRY_DELAYS_MS = [5, 20, 60].map((minutes) => minutes * MINUTE_MS);

const VALIDATION_INTERVAL_MS = 72 * 60 * MINUTE_MS;

/** Older than any receiver accepts. */
const STALE_BY_SECONDS = 3600;

/** How long a reordered event waits for another to overtake it. */
const REORDER_PATIENCE_MS = 2000;

const KEPT_RECORDS = 5000;

interface WebhookAttempt {
  readonly at: string;
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  readonly problem: string | null;
}

export interface WebhookRecord {
  readonly id: number;
  readonly event: string;
  readonly eventTs: number;
  readonly meetingId: number | null;
  /** The very bytes that were signed. */
  readonly body: string;
  status: 'pending' | 'delivered' | 'retrying' | 'failed' | 'dropped' | 'no receiver';
  readonly attempts: WebhookAttempt[];
  readonly faults: string[];
}

export interface WebhookContext {
  readonly hosts?: readonly string[];
  readonly meetingId?: number;
  /** Fields beside event, event_ts and payload. */
  readonly beside?: object;
}

/** Signs events, sends them, tries again, and suffers the faults that were asked for. */
export class WebhookSender {
  private records: WebhookRecord[] = [];
  private readonly connections = new WebhookConnections();
  private readonly inFlight = new Set<Promise<void>>();
  private waiting: WebhookRecord[] = [];
  private lastId = 0;
  private closed = false;
  url: string | undefined;

  constructor(private readonly world: World) {
    this.url = world.settings.app.webhookUrl;
  }

  emit(event: string, payload: object, context: WebhookContext = {}): WebhookRecord {
    const eventTs = this.world.clock.now();
    const body = serialiseEvent(
      { event, event_ts: eventTs, payload, ...context.beside },
      this.world.variety.chance(0.5),
    );
    const faults = this.world.faults.take({
      operation: 'webhook',
      hosts: context.hosts ?? [],
      meetingId: context.meetingId,
      event,
    });
    const record = this.remember(event, eventTs, body, context.meetingId ?? null, faults);
    this.dispatch(record, faults);
    this.world.changed();
    return record;
  }

  list(): readonly WebhookRecord[] {
    return this.records;
  }

  /** Sends the same bytes once more, newly signed, as Zoom's retries do. */
  redeliver(id: number): boolean {
    const record = this.records.find((candidate) => candidate.id === id);
    if (record) this.send(record, []);
    return record !== undefined;
  }

  /** Zoom's challenge-response check of the receiver, made when its address is saved and every 72 hours. */
  async validateUrl(): Promise<boolean> {
    const plainToken = this.world.ids.word(22);
    const event = { event: 'endpoint.url_validation', event_ts: this.world.clock.now(), payload: { plainToken } };
    const record = this.remember(event.event, event.event_ts, serialiseEvent(event, false), null, []);
    const reply = await this.attempt(record, []);
    const expected = createHmac('sha256', this.world.settings.app.webhookSecret).update(plainToken).digest('hex');
    const valid = reply?.status === 200 && answersChallenge(reply.body, plainToken, expected);
    record.status = valid ? 'delivered' : 'failed';
    return valid;
  }

  validateEvery72Hours(): void {
    this.world.clock.after(VALIDATION_INTERVAL_MS, () => {
      this.track(this.validateUrl().then(() => undefined));
      this.validateEvery72Hours();
    });
  }

  /** Resolves when nothing is on its way; retries that wait for their time do not count. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight);
  }

  clear(): void {
    this.records = [];
    this.waiting = [];
  }

  async close(): Promise<void> {
    this.closed = true;
    this.connections.close();
    await this.settled();
  }

  private remember(event: string, eventTs: number, body: string, meetingId: number | null, faults: Fault[]) {
    const names = faults.map((fault) => fault.kind);
    const id = ++this.lastId;
    const record: WebhookRecord = {
      id,
      event,
      eventTs,
      meetingId,
      body,
      status: 'pending',
      attempts: [],
      faults: names,
    };
    this.records.push(record);
    if (this.records.length > 2 * KEPT_RECORDS) this.records = this.records.slice(-KEPT_RECORDS);
    return record;
  }

  private dispatch(record: WebhookRecord, faults: Fault[]): void {
    const has = (kind: Fault['kind']) => faults.find((fault) => fault.kind === kind);
    const delay = has('delay');
    if (has('drop')) record.status = 'dropped';
    else if (has('reorder')) this.holdBack(record);
    else if (delay) this.world.clock.after(delay.delayMs ?? 5000, () => this.send(record, faults));
    else {
      this.send(record, faults);
      if (has('duplicate')) this.send(record, []);
      for (const overtaken of this.waiting.splice(0)) this.send(overtaken, []);
    }
  }

  private holdBack(record: WebhookRecord): void {
    this.waiting.push(record);
    this.world.clock.after(REORDER_PATIENCE_MS, () => {
      if (!this.waiting.includes(record)) return;
      this.waiting = this.waiting.filter((other) => other !== record);
      this.send(record, []);
    });
  }

  private send(record: WebhookRecord, faults: Fault[], retries = 0): void {
    this.track(
      this.attempt(record, faults).then((reply) => {
        if (record.status === 'no receiver') return;
        if (reply?.status === 200 || reply?.status === 204) record.status = 'delivered';
        else this.retry(record, reply, retries);
      }),
    );
  }

  private retry(record: WebhookRecord, reply: PostReply | undefined, retries: number): void {
    if (record.status === 'delivered') return;
    const delayMs = RETRY_DELAYS_MS[retries];
    const refused = reply !== undefined && reply.status >= 300 && reply.status < 500;
    const givenUp = delayMs === undefined || (refused && !this.world.behaviour.retryOn4xx);
    record.status = givenUp ? 'failed' : 'retrying';
    if (givenUp || this.closed) return;
    this.world.clock.after(delayMs * this.world.settings.webhookRetryScale, () => this.send(record, [], retries + 1));
  }

  private async attempt(record: WebhookRecord, faults: Fault[]): Promise<PostReply | undefined> {
    if (!this.url || this.closed) {
      record.status = 'no receiver';
      return undefined;
    }
    const at = this.world.clock.iso();
    try {
      const reply = await this.connections.post(this.url, record.body, this.headers(record.body, faults));
      record.attempts.push({ at, status: reply.status, problem: null });
      return reply;
    } catch (error) {
      record.attempts.push({ at, status: null, problem: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }

  /** The timestamp is the machine's own time, for the receiver does not know how far this clock was moved. */
  private headers(body: string, faults: Fault[]): Record<string, string> {
    const { webhookSecret, clientId } = this.world.settings.app;
    const suffers = (kind: Fault['kind']) => faults.some((fault) => fault.kind === kind);
    const age = suffers('staleTimestamp') ? STALE_BY_SECONDS : 0;
    const timestamp = String(Math.floor(Date.now() / 1000) - age);
    const secret = suffers('badSignature') ? `not ${webhookSecret}` : webhookSecret;
    return {
      'x-zm-signature': signWebhook(secret, timestamp, body),
      'x-zm-request-timestamp': timestamp,
      'x-zm-trackingid': `v=2.0;clid=us06;rid=WEB_${this.world.variety.word(32)}`,
      clientid: clientId,
      'user-agent': 'Zoom Marketplace/1.0a',
    };
  }

  private track(work: Promise<void>): void {
    this.inFlight.add(work);
    void work.finally(() => this.inFlight.delete(work));
  }
}

function answersChallenge(body: string, plainToken: string, encryptedToken: string): boolean {
  try {
    const answer: unknown = JSON.parse(body);
    return (
      typeof answer === 'object' &&
      answer !== null &&
      'plainToken' in answer &&
      answer.plainToken === plainToken &&
      'encryptedToken' in answer &&
      answer.encryptedToken === encryptedToken
    );
  } catch {
    return false;
  }
}
