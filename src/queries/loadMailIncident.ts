import { Incident } from '../models/Incident';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { countTouchedClasses } from './touchedClasses';

/** The incident as every mail about it needs it. */
export interface MailIncident {
  readonly incident: Incident;
  readonly teacherName: string | null;
  /** whether that teacher has ever connected Zoom */
  readonly wasConnected: boolean;
  /** classes of the next 24 hours */
  readonly touched: number;
}

export async function loadMailIncident(incidentId: number, now: Date): Promise<MailIncident> {
  const incident = await Incident.findByPk(incidentId, { rejectOnEmpty: true });
  const [teacher, connection, touched] = await Promise.all([
    incident.userId === null ? null : User.findByPk(incident.userId),
    incident.userId === null ? null : ZoomConnection.findOne({ where: { userId: incident.userId } }),
    countTouchedClasses(incident, now),
  ]);
  return { incident, teacherName: teacher?.fullName ?? null, wasConnected: connection !== null, touched };
}
