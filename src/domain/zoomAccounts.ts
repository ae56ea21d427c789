interface StayWithAccount {
  /** of somebody who was signed in at Zoom */
  readonly zoomUserId: string | null;
  /** whose stay it surely is */
  readonly personKey: string;
}

/** Whose each Zoom account is, as far as it was used by one person only. */
export function ownersOfAccounts(stays: readonly StayWithAccount[]): Map<string, string> {
  const users = new Map<string, Set<string>>();
  for (const { zoomUserId, personKey } of stays) {
    if (zoomUserId !== null) users.set(zoomUserId, (users.get(zoomUserId) ?? new Set()).add(personKey));
  }
  return new Map(
    [...users].flatMap(([account, [owner, ...others]]) => (owner && others.length === 0 ? [[account, owner]] : [])),
  );
}
