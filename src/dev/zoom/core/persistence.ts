import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ZoomState } from './state';

const SAVE_DELAY_MS = 300;

/** Raised when a big state takes long to write, so that saving never takes more than a tenth of the time. */
const SAVE_REST_FACTOR = 10;

/** Keeps a {@link ZoomState} in a JSON file: read at start, written shortly after changes and on close. */
export class Persistence {
  private timer: NodeJS.Timeout | undefined;
  private lastSaveMs = 0;

  constructor(
    private readonly path: string | undefined,
    private readonly state: ZoomState,
  ) {}

  saveSoon(): void {
    if (!this.path || this.timer) return;
    this.timer = setTimeout(() => this.save(), Math.max(SAVE_DELAY_MS, this.lastSaveMs * SAVE_REST_FACTOR));
    this.timer.unref();
  }

  /** Written beside and renamed, so that a crash leaves the old file whole. */
  save(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.path) return;
    const startedAt = Date.now();
    mkdirSync(dirname(this.path), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(this.state, writeCollections), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    this.lastSaveMs = Date.now() - startedAt;
  }
}

export function loadState(path: string | undefined): ZoomState {
  const state = new ZoomState();
  if (!path || !existsSync(path)) return state;
  try {
    const saved: unknown = JSON.parse(readFileSync(path, 'utf8'), readCollections);
    return Object.assign(state, saved);
  } catch (error) {
    throw new Error(`The Zoom simulator cannot read its state from ${path}; delete the file to begin anew.`, {
      cause: error,
    });
  }
}

function writeCollections(_key: string, value: unknown): unknown {
  if (value instanceof Map) return { $map: [...value] };
  if (value instanceof Set) return { $set: [...value] };
  return value;
}

function readCollections(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('$map' in value && Array.isArray(value.$map)) return new Map(value.$map);
  if ('$set' in value && Array.isArray(value.$set)) return new Set(value.$set);
  return value;
}
