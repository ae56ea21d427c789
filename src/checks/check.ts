/**
 * `warning`: it works, and should be looked at. `unknown`: whoever was asked does not say; the reason says why. `not
 * looked at`: the look itself went wrong, so nobody knows whether all is well.
 */
export type CheckVerdict = 'passed' | 'warning' | 'failed' | 'unknown' | 'not looked at';

/** One thing that was looked at. */
export interface Check {
  /** such as `database` */
  readonly name: string;
  readonly title: string;
  readonly verdict: CheckVerdict;
  /** what was found; no secret, nobody's name or address */
  readonly why: string;
  /** what to do about it; null when nothing is */
  readonly remedy: string | null;
}

type Found = Pick<Check, 'verdict' | 'why'> & { readonly remedy?: string };

export function check(name: string, title: string, { verdict, why, remedy = '' }: Found): Check {
  return { name, title, verdict, why, remedy: verdict === 'passed' || remedy === '' ? null : remedy };
}

/** A look that goes wrong is told, and keeps no other from being taken. */
export async function looked(name: string, title: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    const kind = error instanceof Error ? error.name : 'unknown';
    const why = `This could not be looked at (${kind}).`;
    const remedy = 'Mend what else is wrong here, and look again.';
    return [check(name, title, { verdict: 'not looked at', why, remedy })];
  }
}

/** Whether somebody has to act before all this can be relied on. */
export function needsSomebody(checks: readonly Check[]): boolean {
  return checks.some(({ verdict }) => verdict === 'failed' || verdict === 'not looked at');
}
