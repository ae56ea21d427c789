import type { Transaction } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { isAccountMail, isClassMail, isIncidentMail, type MailSituation } from '../domain/resending';
import { AccountLink } from '../models/AccountLink';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import type { MailDelivery } from '../models/MailDelivery';

/** What each of these mails is about, as it is now, by row id. */
export async function readMailSituations(
  rows: readonly MailDelivery[],
  transaction: Transaction | null = null,
): Promise<ReadonlyMap<number, MailSituation>> {
  const ids = (key: 'classDateId' | 'incidentId' | 'accountLinkId') => [
    ...new Set(rows.flatMap((row) => row[key] ?? [])),
  ];
  const classDates = byId(await ClassDate.findAll({ where: { id: ids('classDateId') }, transaction }));
  const incidents = byId(await Incident.findAll({ where: { id: ids('incidentId') }, transaction }));
  const links = byId(await AccountLink.findAll({ where: { id: ids('accountLinkId') }, transaction }));
  const found = new Map<number, MailSituation>();
  for (const row of rows) {
    const classDate = classDates.get(row.classDateId ?? 0);
    const incident = incidents.get(row.incidentId ?? 0);
    const link = links.get(row.accountLinkId ?? 0);
    const situation =
      (classDate && ofClass(row, classDate)) ?? (incident && ofIncident(row, incident)) ?? (link && ofLink(row, link));
    if (situation) found.set(row.id, situation);
  }
  return found;
}

function byId<Row extends { id: number }>(rows: readonly Row[]): ReadonlyMap<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function ofClass({ kind, version }: MailDelivery, classDate: ClassDate): MailSituation | undefined {
  if (!isClassMail(kind)) return undefined;
  const { state: classState, scheduleVersion } = classDate;
  return { kind, version, classState, scheduleVersion, times: classTimes(classDate) };
}

function ofIncident({ kind }: MailDelivery, { closedAt }: Incident): MailSituation | undefined {
  return isIncidentMail(kind) ? { kind, isOpen: closedAt === null } : undefined;
}

function ofLink({ kind }: MailDelivery, { usedAt, withdrawnAt, expiresAt }: AccountLink): MailSituation | undefined {
  if (!isAccountMail(kind)) return undefined;
  return { kind, usableUntil: usedAt === null && withdrawnAt === null ? expiresAt : null };
}
