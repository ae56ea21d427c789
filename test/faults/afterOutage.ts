import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { byRecipient, readLedgers } from '../../src/queries/readLedger';
import { joinLink } from '../../src/security/joinLink';
import { inBatches } from '../support/inBatches';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { OF_ALL } from './invariants';

const LINKS_AT_ONCE = 10;

/** What the page behind a link says: how to get in, or that the class is over. */
const WAY_IN = { status: 200, text: 'Join Live Class Now' };
const OVER = { status: 410, text: 'This class is over' };

/**
 * How many people's links lead to anything but the page that tells how their class stands.
 *
 * @param goOn the classes that are prepared
 * @param over those that are over
 */
export async function countDeadLinks(
  stack: ProcessStack,
  { goOn, over }: { readonly goOn: readonly ClassDate[]; readonly over: readonly ClassDate[] },
): Promise<number> {
  const port = await stack.startWeb();
  const doors = [
    ...goOn.map((classDate) => ({ classDate, page: WAY_IN })),
    ...over.map((classDate) => ({ classDate, page: OVER })),
  ];
  let dead = 0;
  for (const { classDate, page } of doors) {
    const passes = await ZoomSecureToken.findAll({ where: { classDateId: classDate.id } });
    const links = passes.map((pass) => new URL(joinLink(stack.deps, classDate, pass)));
    await inBatches(links.length, LINKS_AT_ONCE, async (index) => {
      const response = await fetch(`http://127.0.0.1:${port}${links[index]?.pathname}${links[index]?.search}`);
      if (response.status === page.status && (await response.text()).includes(page.text)) return;
      print(`  a link of a class that is ${classDate.state} was answered ${response.status}, not ${page.status}`);
      dead += 1;
    });
  }
  return dead;
}

const ARRIVED = ['sent', 'unknown'];

/** Who was reminded of a class that was missed then, and of those, who has had no mail that says so. */
export async function countReminded(missed: readonly ClassDate[]): Promise<{ reminded: number; unaware: number }> {
  const ledgers = await readLedgers(missed.map(({ id }) => id));
  const people = [...ledgers.values()].flatMap((ledger) => [...byRecipient(ledger).values()]);
  const have = (rows: (typeof people)[number], kinds: readonly string[]) =>
    rows.some(({ kind, state }) => kinds.includes(kind) && ARRIVED.includes(state));
  const reminded = people.filter((rows) => have(rows, OF_ALL));
  return { reminded: reminded.length, unaware: reminded.filter((rows) => !have(rows, ['missed'])).length };
}
