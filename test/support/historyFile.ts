import { readFileSync, writeFileSync } from 'node:fs';
import type { History } from '@temporalio/common/lib/proto-utils';
import { isStickyQueue } from './historyTexts';

/*
 * Histories as files. The SDK's own historyToJSON and historyFromJSON refuse to work where npm has installed two
 * versions of protobufjs ("type must be a Type"), so bytes are written as {"base64": …} and all else as it is.
 */

/** Which process on which machine did it, and where its code lay, is nobody's business and differs every time. */
const OF_THE_MACHINE = ['identity', 'workerIdentity', 'stackTrace'];

export function writeHistory(file: string, history: History): void {
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    if (isStickyQueue(value)) return { ...value, name: 'sticky' };
    const entries = Object.entries(value).filter(([, part]) => part !== null);
    return Object.fromEntries(entries.map(([key, part]) => [key, OF_THE_MACHINE.includes(key) ? '' : plain(part)]));
  };
  writeFileSync(file, `${JSON.stringify(plain(history), null, 2)}\n`);
}

export function readHistory(file: string): History {
  const history: unknown = JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) =>
    isBytes(value) ? Buffer.from(value.base64, 'base64') : value,
  );
  if (!isHistory(history)) throw new Error(`${file} holds no history; record it again with test/replay/record.ts.`);
  return history;
}

function isBytes(value: unknown): value is { base64: string } {
  return typeof value === 'object' && value !== null && 'base64' in value && typeof value.base64 === 'string';
}

function isHistory(value: unknown): value is History {
  return typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events);
}
