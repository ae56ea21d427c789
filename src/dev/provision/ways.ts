import type { Session } from '../session';

/** One way to come by something: by what it is called in messages, and how it is tried. */
export interface Way<T> {
  readonly name: string;
  /** @throws an Error saying why it cannot be had this way */
  readonly attempt: (say: (text: string) => void) => Promise<T>;
}

export type ProvisioningSession = Pick<Session, 'folder' | 'environment' | 'processes' | 'mayInstall'>;

/**
 * The first way that works.
 *
 * @throws an Error listing every way with the reason it failed, and what to install
 */
export async function firstThatWorks<T>(
  { what, advice, ways }: { what: string; advice: string; ways: readonly Way<T>[] },
  say: (text: string) => void,
): Promise<T> {
  const failures: string[] = [];
  for (const way of ways) {
    try {
      return await way.attempt(say);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`  - ${way.name}: ${reason}`);
    }
  }
  throw new Error(`No ${what} could be had. These ways were tried:\n${failures.join('\n')}\n${advice}`);
}
