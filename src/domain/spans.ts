const HOUR_MS = 60 * 60_000;

/** How far back the security log looks. */
export const SPANS = ['24h', '7d', '30d'] as const;
export type Span = (typeof SPANS)[number];

const SPAN_HOURS: Record<Span, number> = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24 };

export function startOfSpan(span: Span, now: Date): Date {
  return new Date(now.getTime() - SPAN_HOURS[span] * HOUR_MS);
}

/** How long a block lasts; `lifted`: until somebody lifts it. */
export const BLOCK_TERMS = ['1h', '1d', '7d', '30d', 'lifted'] as const;
export type BlockTerm = (typeof BLOCK_TERMS)[number];

const TERM_HOURS: Record<BlockTerm, number | null> = { '1h': 1, '1d': 24, '7d': 7 * 24, '30d': 30 * 24, lifted: null };

/** null when only lifting ends it */
export function endOfBlock(term: BlockTerm, now: Date): Date | null {
  const hours = TERM_HOURS[term];
  return hours === null ? null : new Date(now.getTime() + hours * HOUR_MS);
}
