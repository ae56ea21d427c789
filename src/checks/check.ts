/** `warning`: it works, and should be looked at. `unknown`: could not be looked at; the reason says why. */
export type CheckVerdict = 'passed' | 'warning' | 'failed' | 'unknown';

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
    return [check(name, title, { verdict: 'unknown', why: `This could not be looked at (${kind}).` })];
  }
}
