import type { AuditCheck, AuditFault, BrokenPlace } from '../queries/checkAuditLog';

const FAULTS: Readonly<Record<AuditFault, string>> = {
  changed: 'was changed after it was written',
  removed: 'was removed',
  inserted: 'was inserted: this application did not write it so',
  moved: 'stands in another row’s place',
  relinked: 'is where the chain was made anew by something else than this application',
  cut_off: 'is where the chain no longer holds what was logged as its end: rows were cut off or replaced',
  key_missing: 'cannot be checked: SIGNING_KEYS no longer has the key of its seal',
};

const WHAT_TO_DO =
  'Leave the database as it is and keep a copy of it. Compare this place with your latest backup and with the heads ' +
  '(auditHead) in the workers’ logs, and find out who could write to the database.';

const PUT_KEY_BACK = 'Put the key back at the end of SIGNING_KEYS, restart, and check again.';

const TOO_LONG =
  'The log is too long to check all of it while a page waits. For the rest, have somebody run: npm run cli -- audit check';

/** What a check found, in words. */
export function presentAuditCheck({ rows, unsealed, erased, head, broken, complete }: AuditCheck) {
  return {
    whole: broken === null,
    rows,
    unsealed,
    erased,
    head: head.seq === 0 ? null : `${head.seq}:${head.hash}`,
    verdict: broken
      ? `The log is broken. ${placeInWords(broken)}`
      : complete
        ? 'The log is whole.'
        : 'So far the log is whole.',
    todo: todoFor(broken, complete),
  };
}

function todoFor(broken: BrokenPlace | null, complete: boolean): string | null {
  if (broken) return broken.fault === 'key_missing' ? PUT_KEY_BACK : WHAT_TO_DO;
  return complete ? null : TOO_LONG;
}

function placeInWords({ fault, auditId, seq }: BrokenPlace): string {
  const place = seq === null ? 'not in the chain yet' : `place ${seq} of the chain`;
  const row = auditId === null ? 'A row' : `Row ${auditId}`;
  return `${row} (${place}) ${FAULTS[fault]}.`;
}
