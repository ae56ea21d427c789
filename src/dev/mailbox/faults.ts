import { z } from 'zod';

const address = z.email('must be an e-mail address').transform((text) => text.toLowerCase());
const ms = z.number().int().min(1).max(3_600_000);
/** How often it happens; until it is taken back when absent. */
const times = z.number().int().min(1).optional();

export const faultSchema = z.discriminatedUnion('kind', [
  /** 451 for the address during that time. */
  z.object({ kind: z.literal('greylist'), address, ms }),
  /** 550 for the address. */
  z.object({ kind: z.literal('refuse'), address, times }),
  /** The whole message is taken, then the connection breaks before the 250. `stored` says whether it was kept. */
  z.object({ kind: z.literal('drop'), address: address.optional(), times, stored: z.boolean().default(true) }),
  /** 421 as greeting. */
  z.object({ kind: z.literal('busy'), times }),
  /** The 250 after a message comes that much later. */
  z.object({ kind: z.literal('slow'), ms, times }),
  /** Nothing listens, for that time or until it is taken back. */
  z.object({ kind: z.literal('down'), ms: ms.optional() }),
]);

export type Fault = z.input<typeof faultSchema>;
type ParsedFault = z.output<typeof faultSchema>;
type FaultOf<Kind extends ParsedFault['kind']> = Extract<ParsedFault, { kind: Kind }>;

interface ActiveFault {
  readonly fault: ParsedFault;
  readonly addedAt: number;
  left: number;
}

/** The faults that are switched on, oldest first. */
export class Faults {
  #active: ActiveFault[] = [];

  add(fault: ParsedFault): void {
    const left = 'times' in fault && fault.times !== undefined ? fault.times : Infinity;
    this.#active.push({ fault, addedAt: Date.now(), left });
  }

  clear(): void {
    this.#active = [];
  }

  list(): ParsedFault[] {
    this.#forget();
    return this.#active.map(({ fault }) => fault);
  }

  /** The fault of that kind that applies to one of the recipients; counts as one of its times. */
  take<Kind extends ParsedFault['kind']>(kind: Kind, recipients: readonly string[] = []): FaultOf<Kind> | undefined {
    this.#forget();
    const found = this.#active.find(({ fault }) => fault.kind === kind && concerns(fault, recipients));
    if (!found) return undefined;
    found.left -= 1;
    return found.fault as FaultOf<Kind>;
  }

  #forget(): void {
    this.#active = this.#active.filter(
      ({ fault, addedAt, left }) =>
        left > 0 && !('ms' in fault && fault.kind === 'greylist' && Date.now() - addedAt >= fault.ms),
    );
  }
}

function concerns(fault: ParsedFault, recipients: readonly string[]): boolean {
  if (!('address' in fault) || fault.address === undefined) return true;
  return recipients.some((recipient) => recipient.toLowerCase() === fault.address);
}
