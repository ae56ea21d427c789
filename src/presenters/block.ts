import type { BlockTerm } from '../domain/spans';
import type { BlockRow } from '../queries/listBlocks';
import { formatInstant } from './classTime';

/** What people are given to mention and admins find on their page. */
export function blockReference(id: number): string {
  return `B${id}`;
}

const TERM_WORDS: Record<BlockTerm, string> = {
  '1h': '1 hour',
  '1d': '1 day',
  '7d': '7 days',
  '30d': '30 days',
  lifted: 'until lifted',
};

export function termInWords(term: BlockTerm): string {
  return TERM_WORDS[term];
}

export function presentBlockRow({ block, by }: BlockRow, zone: string) {
  const { id, network, reason, createdAt, expiresAt } = block;
  return {
    ...{ id, network, reason, by },
    reference: blockReference(id),
    since: formatInstant(createdAt, zone),
    until: expiresAt === null ? 'until lifted' : `until ${formatInstant(expiresAt, zone)}`,
  };
}
