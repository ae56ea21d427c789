import { Op } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import { MailDelivery } from '../models/MailDelivery';
import { User } from '../models/User';
import { withNames, type ClassRow } from './listClassDates';
import { countTouchedClasses, touchedClasses } from './touchedClasses';

export interface IncidentRow {
  readonly incident: Incident;
  readonly teacherName: string | null;
  /** classes of the next 24 hours that wait because of it */
  readonly touched: number;
}

export interface IncidentPage extends IncidentRow {
  readonly classes: readonly ClassRow[];
  readonly mails: readonly { readonly mail: MailDelivery; readonly to: string }[];
}

const LIMIT = 50;

/** What is open, and the latest that is over. */
export async function listIncidents(now: Date): Promise<{ open: IncidentRow[]; closed: IncidentRow[] }> {
  const [open, closed] = await Promise.all([
    Incident.findAll({ where: { closedAt: null }, order: [['openedAt', 'DESC']] }),
    Incident.findAll({ where: { closedAt: { [Op.not]: null } }, order: [['closedAt', 'DESC']], limit: LIMIT }),
  ]);
  return { open: await Promise.all(open.map((row) => withCounts(row, now))), closed: await namesOnly(closed) };
}

export function countOpenIncidents(): Promise<number> {
  return Incident.count({ where: { closedAt: null } });
}

/** null when there is no such incident */
export async function findIncidentPage(id: number, now: Date): Promise<IncidentPage | null> {
  const incident = await Incident.findByPk(id);
  if (!incident) return null;
  const classDates =
    incident.closedAt === null
      ? await ClassDate.findAll({ where: touchedClasses(incident, now), order: ['startsAt'], limit: LIMIT })
      : [];
  const mails = await MailDelivery.findAll({ where: { incidentId: id }, order: ['id'] });
  const people = await User.findAll({ where: { id: mails.flatMap(({ userId }) => userId ?? []) } });
  const names = new Map(people.map((person) => [person.id, person.fullName]));
  return {
    ...(await withCounts(incident, now)),
    classes: await withNames(classDates),
    mails: mails.map((mail) => ({ mail, to: names.get(mail.userId ?? 0) ?? '' })),
  };
}

async function withCounts(incident: Incident, now: Date): Promise<IncidentRow> {
  const teacher = incident.userId === null ? null : await User.findByPk(incident.userId);
  const touched = incident.closedAt === null ? await countTouchedClasses(incident, now) : 0;
  return { incident, teacherName: teacher?.fullName ?? null, touched };
}

async function namesOnly(incidents: readonly Incident[]): Promise<IncidentRow[]> {
  const teachers = await User.findAll({ where: { id: incidents.flatMap(({ userId }) => userId ?? []) } });
  const names = new Map(teachers.map(({ id, fullName }) => [id, fullName]));
  return incidents.map((incident) => ({ incident, teacherName: names.get(incident.userId ?? 0) ?? null, touched: 0 }));
}
