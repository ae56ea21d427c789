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
