import { assertNever } from '../domain/assertNever';
import { BREAK_MINUTES } from '../domain/hostClashes';
import type { HostClash } from '../queries/findHostClashes';
import { formatDuration, formatInstant } from './classTime';

/**
 * What stands in a class's way, for whoever booked it.
 *
 * @param clash without a title for whom the other class is none of their business
 */
export function clashInWords(
  { kind, title, classDate }: Omit<HostClash, 'title'> & { readonly title: string | null },
  readerZone: string | null,
): string {
  const { startsAt, durationMinutes, timeZone } = classDate;
  const what = title === null ? 'another class' : `“${title}”`;
  const other = `${what} of the same teacher (${formatInstant(startsAt, readerZone ?? timeZone)}, ${formatDuration(durationMinutes)})`;
  switch (kind) {
    case 'overlap':
      return `It overlaps with ${other}. Zoom lets a host run one meeting at a time, except on some larger plans.`;
    case 'back_to_back':
      return `Less than ${BREAK_MINUTES} minutes lie between it and ${other}: if the first runs over, the second starts late.`;
    default:
      return assertNever(kind);
  }
}

/** For a list: the same clash named once, however many classes are in the way. */
export function clashesInShort(clashes: readonly HostClash[]): string[] {
  const has = (wanted: HostClash['kind']) => clashes.some(({ kind }) => kind === wanted);
  if (has('overlap')) return ['Overlaps'];
  return has('back_to_back') ? ['No break'] : [];
}
