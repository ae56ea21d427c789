/** What to do where no events come. */
export const LOOK_AT_SUBSCRIPTION =
  'In your Zoom app look whether the event subscription is still on, and has the address and all the events that the Zoom settings list; then press “Validate”.';

export type Verdict = 'passed' | 'failed' | 'unknown';

/** What the settings page judges, each by itself. */
export type VerdictSubject = 'credentials' | 'redirect' | 'scopes' | 'webhook';

/** What a test of the connection looks at besides; shown with its result and kept nowhere. */
export type FindingSubject = VerdictSubject | 'clock' | 'api';

export interface Finding<Subject extends FindingSubject = FindingSubject> {
  readonly subject: Subject;
  readonly verdict: Verdict;
  /** in words, and what to do */
  readonly why: string;
}

export interface DatedFinding extends Finding<VerdictSubject> {
  /** when that became known */
  readonly at: Date | null;
}
