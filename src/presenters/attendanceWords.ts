import type { Certainty, Doubt, Verdict } from '../domain/attendance';
import type { RevisionCause } from '../models/AttendanceRevision';

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = { present: 'Present', late: 'Late', absent: 'Absent' };

export type Tone = 'good' | 'bad' | 'plain';

export const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  present: 'good',
  late: 'plain',
  absent: 'bad',
};

export const CERTAINTY_WORDS: Readonly<Record<Certainty, string>> = {
  sure: 'sure',
  likely: 'likely',
  unsure: 'not sure',
};

export const DOUBT_WORDS: Readonly<Record<Doubt, string>> = {
  start_unknown: 'nobody told when a stay began, so it counts for nothing',
  end_unknown: 'nobody told when a stay ended, so it lasts until the meeting was over',
  by_account: 'known in part by the Zoom account only with which they came by their own link as well',
  by_address: 'known by the address only that they gave Zoom',
  by_name: 'known by the name only that their link gave them',
  maybe_unknown: 'somebody was there whom nobody has been found for',
  no_list: 'Zoom’s own list could not be read in full, so this rests on its messages',
};

/** `no_list` of a class that has not been settled. */
export const LIST_NOT_READ = 'Zoom’s own list has not been read in full';

export const CAUSE_WORDS: Readonly<Record<RevisionCause, string>> = {
  settled: 'Settled',
  late_evidence: 'Settled again: Zoom told more',
  correction: 'Corrected',
  undone: 'A correction was taken back',
};

export function sourcesInWords(sources: string): string {
  const words = { webhook: 'Zoom’s messages', zoom_list: 'Zoom’s list' };
  const known = Object.entries(words).flatMap(([source, word]) => (sources.split(' ').includes(source) ? [word] : []));
  return known.join(' and ') || 'nothing';
}
