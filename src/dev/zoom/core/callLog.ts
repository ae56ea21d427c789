/** The newest calls kept; older ones are forgotten, so that a long load test does not fill the memory. */
const KEPT_CALLS = 50_000;

const MASKED = '[masked]';

const SECRET_NAMES = /token|secret|password|verifier|^code$|^pwd$|^tk$|^zak$/i;

export interface Call {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** E-mail address of the user whose token or grant it was. */
  host: string | null;
  /** 0 until answered, and for ever when the connection was dropped before the work was done. */
  status: number;
  readonly trackingId: string;
  faults: string[];
  /** True when the work was done and the answer never sent. */
  replyLost: boolean;
  /** The request's body, secrets masked. */
  body: unknown;
}

export class CallLog {
  private calls: Call[] = [];
  private readonly counts = new Map<string, number>();

  add(call: Call): void {
    this.calls.push(call);
    this.counts.set(call.operation, this.count(call.operation) + 1);
    if (this.calls.length > 2 * KEPT_CALLS) this.calls = this.calls.slice(-KEPT_CALLS);
  }

  list(operation?: string): Call[] {
    return this.calls.filter((call) => operation === undefined || call.operation === operation);
  }

  /** Of all calls ever, forgotten ones too. */
  count(operation: string): number {
    return this.counts.get(operation) ?? 0;
  }

  clear(): void {
    this.calls = [];
    this.counts.clear();
  }
}

export function maskSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAMES.test(name) ? MASKED : maskSecrets(inner)]),
  );
}

export function maskUrl(url: string): string {
  const [path = '', search] = url.split('?');
  if (search === undefined) return path;
  const parameters = new URLSearchParams(search);
  for (const name of new Set(parameters.keys())) if (SECRET_NAMES.test(name)) parameters.set(name, MASKED);
  return `${path}?${decodeURIComponent(parameters.toString())}`;
}
