/** A piece of text in what Temporal keeps, and where it stands. */
export interface HistoryText {
  readonly path: string;
  readonly text: string;
}

/**
 * Written by the SDK about itself, in a form of its own: process and host of a worker, and the hash of the bundle.
 * Nothing of ours can get in there.
 */
const OF_THE_SDK = /\.(identity|workerIdentity|lastWorkerIdentity|buildId|BuildIds|sdkVersion|binaryChecksum)$/;

/** Every text in an answer of Temporal's, the payloads' bytes included, as anybody with access to it could read it. */
export function historyTexts(value: unknown, path = ''): HistoryText[] {
  if (OF_THE_SDK.test(path) || isStickyQueue(value)) return [];
  if (typeof value === 'string') return [{ path, text: value }];
  if (value instanceof Uint8Array || Buffer.isBuffer(value)) {
    return [{ path, text: Buffer.from(value).toString('utf8') }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    ...(Array.isArray(value) ? [] : [{ path: `${path}.(key)`, text: key }]),
    ...historyTexts(part, `${path}.${key}`),
  ]);
}

/** A worker's own queue (TASK_QUEUE_KIND_STICKY) is named after the worker. */
export function isStickyQueue(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 2 && 'name' in value;
}

/** What no history may hold, whoever it belongs to: addresses, URLs, and anything as long as our tokens. */
const NEVER: readonly RegExp[] = [/@/, /https?:/i, /[0-9a-f]{64}/i];

export function forbiddenIn(texts: readonly HistoryText[], secrets: readonly string[] = []): string[] {
  return texts
    .filter(
      ({ text }) => NEVER.some((pattern) => pattern.test(text)) || secrets.some((secret) => text.includes(secret)),
    )
    .map(({ path, text }) => `${path}: ${text}`);
}
