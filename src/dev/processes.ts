import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Job {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** How long it may take to end by itself after SIGTERM. */
  readonly graceMs?: number;
  /** Speaks to the terminal instead of into its log file. */
  readonly shown?: boolean;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves, never rejects, with a description such as "exit code 1" once the process is gone. */
  readonly exited: Promise<string>;
  /** Everything it has printed so far. */
  log(): string;
  /** Set once it does what it is for; from then on its end is a failure. */
  ready: boolean;
}

/** One that was ready has ended by itself; the message has its last lines. */
export class EndedByItself extends Error {}

const DEFAULT_GRACE_MS = 10_000;
const POLL_MS = 40;
const LAST_LINES = 15;

/**
 * Child processes, each the leader of a group of its own so that a Ctrl-C in the terminal reaches only the launcher, which
 * then ends them in reverse order. A watchdog ends them should the launcher die without a word.
 */
export class Processes {
  readonly #started: RunningProcess[] = [];
  readonly #running: { process: RunningProcess; graceMs: number }[] = [];
  readonly #watchdog: ChildProcess;
  #stopping = false;

  constructor(readonly logFolder: string) {
    mkdirSync(logFolder, { recursive: true });
    this.#watchdog = spawn(process.execPath, [path.join(__dirname, 'watchdog.mjs')], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    // A dead watchdog must not take the launcher down with EPIPE; what it guards against has not happened yet.
    this.#watchdog.stdin?.on('error', () => undefined);
  }

  /** Output goes straight into `NAME.log`, so nothing is lost and nobody blocks, whatever becomes of the launcher. */
  spawn(job: Job): RunningProcess {
    if (this.#stopping) throw new Error(`${job.name} is not started any more: everything is being stopped.`);
    const logFile = path.join(this.logFolder, `${job.name}.log`);
    const output = openSync(logFile, 'w');
    const child = spawn(job.command, job.args, {
      detached: true,
      stdio: job.shown ? ['ignore', 'inherit', 'inherit'] : ['ignore', output, output],
      env: job.env,
      ...(job.cwd ? { cwd: job.cwd } : {}),
    });
    closeSync(output);
    const { pid } = child;
    const log = (): string => readFileSync(logFile, 'utf8');
    if (pid === undefined) return notStarted(job.name, child, log);
    this.#watchdog.stdin?.write(`+${pid}\n`);
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
    }).then((reason) => {
      signalProcess(-pid, 'SIGKILL');
      this.#watchdog.stdin?.write(`-${pid}\n`);
      this.#running.splice(
        this.#running.findIndex(({ process: { pid: other } }) => other === pid),
        1,
      );
      return reason;
    });
    const running = { name: job.name, pid, exited, log, ready: false };
    this.#started.push(running);
    this.#running.push({ process: running, graceMs: job.graceMs ?? DEFAULT_GRACE_MS });
    return running;
  }

  /**
   * Runs a job that ends by itself.
   *
   * @returns what it printed
   * @throws an Error with its last lines when it fails or takes too long
   */
  async run(job: Job, { timeoutMs }: { timeoutMs?: number } = {}): Promise<string> {
    const running = this.spawn(job);
    const late = new AbortController();
    const outcome = await Promise.race([
      running.exited,
      ...(timeoutMs ? [sleep(timeoutMs, 'timeout' as const, { signal: late.signal, ref: false })] : []),
    ]);
    late.abort();
    if (outcome === 'timeout') await this.stop(running);
    if (outcome !== 'exit code 0') {
      const what = outcome === 'timeout' ? `took longer than ${(timeoutMs ?? 0) / 1000} s` : `ended with ${outcome}`;
      throw new Error(`${job.name} ${what}${lastLines(running.log())}`);
    }
    return running.log();
  }

  /** Ends one process: SIGTERM, its grace, then SIGKILL for the whole group. */
  async stop(running: RunningProcess): Promise<void> {
    const graceMs = this.#running.find(({ process }) => process === running)?.graceMs ?? DEFAULT_GRACE_MS;
    signalProcess(running.pid, 'SIGTERM');
    const late = new AbortController();
    const outcome = await Promise.race([
      running.exited,
      sleep(graceMs, 'timeout' as const, { signal: late.signal }).catch(() => 'gone' as const),
    ]);
    late.abort();
    if (outcome === 'timeout') signalProcess(-running.pid, 'SIGKILL');
    await running.exited;
  }

  /**
   * Watches over everything that became ready, what has ended since included.
   *
   * @returns never; rejects with EndedByItself for the first that does
   */
  async untilOneEnds(): Promise<never> {
    const services = this.#started.filter(({ ready }) => ready);
    const [running, reason] = await Promise.race(
      services.map(async (service) => [service, await service.exited] as const),
    );
    // What ends while everything is being stopped was asked to.
    if (this.#stopping) return new Promise<never>(() => undefined);
    throw new EndedByItself(`${running.name} ended with ${reason}${lastLines(running.log())}`);
  }

  /** Ends everything, the youngest first, and watches over nothing of it any more: others can be started in its place. */
  async stopRunning(): Promise<void> {
    for (let youngest = this.#running.at(-1); youngest; youngest = this.#running.at(-1)) {
      await this.stop(youngest.process);
    }
    this.#started.length = 0;
  }

  /** Ends everything for good: nothing can be started afterwards. */
  async stopAll(): Promise<void> {
    this.#stopping = true;
    await this.stopRunning();
    this.#watchdog.stdin?.end();
  }

  killAll(): void {
    this.#stopping = true;
    for (const { process: running } of [...this.#running].reverse()) signalProcess(-running.pid, 'SIGKILL');
  }
}

/**
 * Asks again and again until the probe has an answer.
 *
 * @throws an Error with the process's last lines when it ends or stays silent
 */
export async function waitUntilReady<T>(
  running: RunningProcess,
  probe: () => T | undefined | Promise<T | undefined>,
  timeoutMs = 60_000,
): Promise<T> {
  let ended: string | undefined;
  void running.exited.then((reason) => (ended = reason));
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined) {
      running.ready = true;
      return answer;
    }
    if (ended !== undefined) throw new Error(`${running.name} ended with ${ended}${lastLines(running.log())}`);
    if (Date.now() > deadline) {
      signalProcess(-running.pid, 'SIGKILL');
      throw new Error(`${running.name} was not ready after ${timeoutMs / 1000} s${lastLines(running.log())}`);
    }
    await sleep(POLL_MS);
  }
}

/** The end of a log, set off for a message. */
export function lastLines(log: string): string {
  const lines = log.trimEnd().split('\n').slice(-LAST_LINES);
  return lines.join('') === ''
    ? ' and printed nothing.'
    : `. It last said:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}

function notStarted(name: string, child: ChildProcess, log: () => string): RunningProcess {
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`"${error.message}"`));
  });
  return { name, pid: NaN, exited, log, ready: false };
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, which is what was wanted.
  }
}
