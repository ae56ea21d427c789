/** setTimeout holds a signed 32-bit number of milliseconds; longer waits are taken in steps. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

interface Entry {
  readonly at: number;
  readonly run: () => void;
  timer: NodeJS.Timeout | undefined;
}

/** The simulator's own time: the machine's plus an offset that tests move, with timers that move along. */
export class Clock {
  private readonly entries = new Set<Entry>();

  constructor(public offsetMs = 0) {}

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Whole seconds and `Z`, as Zoom writes instants. */
  iso(ms = this.now()): string {
    return `${new Date(ms).toISOString().slice(0, 19)}Z`;
  }

  after(delayMs: number, run: () => void): void {
    const entry: Entry = { at: this.now() + delayMs, run, timer: undefined };
    this.entries.add(entry);
    this.arm(entry);
  }

  advance(ms: number): void {
    this.offsetMs += ms;
    const due = [...this.entries].sort((one, other) => one.at - other.at);
    for (const entry of due) this.arm(entry);
  }

  /** Drops every timer; nothing runs afterwards. */
  stop(): void {
    for (const entry of this.entries) clearTimeout(entry.timer);
    this.entries.clear();
  }

  private arm(entry: Entry): void {
    clearTimeout(entry.timer);
    const delayMs = Math.min(Math.max(0, entry.at - this.now()), LONGEST_TIMEOUT_MS);
    entry.timer = setTimeout(() => this.ring(entry), delayMs);
    entry.timer.unref();
  }

  private ring(entry: Entry): void {
    if (entry.at > this.now()) {
      this.arm(entry);
      return;
    }
    this.entries.delete(entry);
    entry.run();
  }
}
