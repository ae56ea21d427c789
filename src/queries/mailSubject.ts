import type { MailDelivery } from '../models/MailDelivery';
import type { MailSubjectId } from '../temporal/outbox';

/** The column of the ledger that says what a mail is about, and its value. */
export function subjectColumn(about: MailSubjectId): readonly [column: string, id: number] {
  if ('incidentId' in about) return ['incident_id', about.incidentId];
  if ('accountLinkId' in about) return ['account_link_id', about.accountLinkId];
  return ['class_date_id', about.classDateId];
}

/** What a mail is about. */
export function subjectOf({
  classDateId,
  incidentId,
  accountLinkId,
}: Pick<MailDelivery, 'classDateId' | 'incidentId' | 'accountLinkId'>): MailSubjectId {
  if (classDateId !== null) return { classDateId };
  if (incidentId !== null) return { incidentId };
  if (accountLinkId !== null) return { accountLinkId };
  throw new Error('A mail is about a class, an incident or an account link.');
}
