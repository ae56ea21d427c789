const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const FRAME_MS = 100;
const NAME_WIDTH = 16;

/** Shows what is being done and how long it took: plain lines, and on a terminal one line that moves meanwhile. */
export class Steps {
  readonly #startedAt = Date.now();
  readonly #open = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly output: NodeJS.WriteStream | { write(text: string): void; isTTY?: boolean }) {}

  /** Does the work; `say` tells of progress. What the work returns to `describe` stands on the finished line. */
  async step<T>(
    name: string,
    work: (say: (text: string) => void) => Promise<T>,
    describe: (result: T) => string = () => '',
  ): Promise<T> {
    const started = Date.now();
    this.#open.set(name, '');
    this.#spin();
    try {
      const result = await work((text) => {
        if (this.#open.has(name)) this.#line(`  …        ${name.padEnd(NAME_WIDTH)} ${text}`);
      });
      this.#line(`  ${seconds(Date.now() - started)}  ${name.padEnd(NAME_WIDTH)} ${describe(result)}`.trimEnd());
      return result;
    } finally {
      this.#open.delete(name);
      this.#spin();
    }
  }

  say(text: string): void {
    this.#line(text);
  }

  /** Takes the moving line away; nothing moves any more. */
  end(): void {
    this.#open.clear();
    this.#spin();
  }

  #line(text: string): void {
    this.output.write(`${this.output.isTTY ? '\r\u001b[K' : ''}${text}\n`);
  }

  #spin(): void {
    if (!this.output.isTTY) return;
    if (this.#open.size > 0 && !this.#timer) {
      this.#timer = setInterval(() => this.#frame(), FRAME_MS).unref();
    } else if (this.#open.size === 0 && this.#timer) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.output.write('\r\u001b[K');
    }
  }

  #frame(): void {
    const elapsed = Date.now() - this.#startedAt;
    const frame = SPINNER[Math.floor(elapsed / FRAME_MS) % SPINNER.length];
    this.output.write(`\r\u001b[K${frame} ${seconds(elapsed)}  ${[...this.#open.keys()].join(', ')} …`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`;
}
