import type { Transaction } from 'sequelize';
import { classTimes } from '../domain/classTimes';
import { isClassMail, type MailSituation } from '../domain/resending';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import type { MailDelivery } from '../models/MailDelivery';

/** What each of these mails is about, as it is now, by row id. */
export async function readMailSituations(
  rows: readonly MailDelivery[],
  transaction: Transaction | null = null,
): Promise<ReadonlyMap<number, MailSituation>> {
  const ids = (key: 'classDateId' | 'incidentId') => [...new Set(rows.flatMap((row) => row[key] ?? []))];
  const classDates = await ClassDate.findAll({ where: { id: ids('classDateId') }, transaction });
  const incidents = await Incident.findAll({ where: { id: ids('incidentId') }, transaction });
  const classesById = new Map(classDates.map((classDate) => [classDate.id, classDate]));
  const incidentsById = new Map(incidents.map((incident) => [incident.id, incident]));
  const found = new Map<number, MailSituation>();
  for (const { id, kind, version, classDateId, incidentId } of rows) {
    const classDate = classesById.get(classDateId ?? 0);
    const incident = incidentsById.get(incidentId ?? 0);
    if (classDate && isClassMail(kind)) {
      const { state: classState, scheduleVersion } = classDate;
      found.set(id, { kind, version, classState, scheduleVersion, times: classTimes(classDate) });
    } else if (incident && !isClassMail(kind)) found.set(id, { kind, isOpen: incident.closedAt === null });
  }
  return found;
}
