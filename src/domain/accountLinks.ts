import { addMinutes } from './clock';

/** What somebody was sent a one-time link for. */
export type LinkPurpose = 'invitation' | 'password_reset';

/** What mails about an account are about: such a link, or that somebody's address is another one, which has none to use. */
export type AccountOccasion = LinkPurpose | 'address_changed';

const GOOD_FOR_MINUTES: Readonly<Record<LinkPurpose, number>> = { invitation: 7 * 24 * 60, password_reset: 60 };

export function linkExpiresAt(purpose: LinkPurpose, now: Date): Date {
  return addMinutes(now, GOOD_FOR_MINUTES[purpose]);
}

interface LinkFacts {
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly withdrawnAt: Date | null;
}

/** Whether a password can still be chosen by it. */
export function isUsable({ expiresAt, usedAt, withdrawnAt }: LinkFacts, now: Date): boolean {
  return usedAt === null && withdrawnAt === null && now < expiresAt;
}
