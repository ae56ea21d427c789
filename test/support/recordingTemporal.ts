import type { Runs } from '../../src/temporal/runs';
import type { Schedules } from '../../src/temporal/schedules';
import type { Temporal } from '../../src/temporal/temporal';

/** Stands in for Temporal where only the hints matter; keeps the reasons in the order they came. */
export class RecordingTemporal implements Temporal {
  readonly hints: string[] = [];
  /** Hints to the classes of these ids fail; all of them when it does not answer at all. */
  unreachable: ReadonlySet<number> | 'all' = new Set();

  hintClassDate({ id }: { readonly id: number }, reason: string): Promise<void> {
    if (this.unreachable === 'all' || this.unreachable.has(id)) return Promise.reject(new Error('no answer'));
    this.hints.push(`${id}: ${reason}`);
    return Promise.resolve();
  }

  hintIncident(incident: { readonly id: number }, reason: string): Promise<void> {
    this.hints.push(`incident ${incident.id}: ${reason}`);
    return Promise.resolve();
  }

  hintConnection(connection: { readonly id: number }, reason: string): Promise<void> {
    this.hints.push(`connection ${connection.id}: ${reason}`);
    return Promise.resolve();
  }

  hintPushEndpoint(endpoint: { readonly id: number }, reason: string): Promise<void> {
    this.hints.push(`push endpoint ${endpoint.id}: ${reason}`);
    return Promise.resolve();
  }

  hintAccountLink(link: { readonly id: number }, reason: string): Promise<void> {
    this.hints.push(`account link ${link.id}: ${reason}`);
    return Promise.resolve();
  }

  /** Nothing runs here. */
  readonly runs: Runs = {
    pages: async function* () {
      yield await Promise.resolve([]);
    },
    isStuck: () => Promise.resolve(false),
    terminate: () => Promise.resolve(),
  };

  readonly schedules: Schedules = {
    ensure: () => Promise.resolve([]),
    list: () => Promise.resolve([]),
    run: () => Promise.resolve(false),
  };

  inspect() {
    return Promise.resolve({ namespace: 'default', exists: true, missingAttributes: [], store: null });
  }

  check(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
