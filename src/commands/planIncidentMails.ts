import { randomBytes } from 'node:crypto';
import { Op } from 'sequelize';
import type { IncidentMail } from '../domain/incidents';
import { incidentMailUsefulUntil, type IncidentMailKind } from '../domain/mails';
import type { Incident } from '../models/Incident';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomConnection } from '../models/ZoomConnection';
import { listAdminIds } from '../queries/listAdminIds';

/** Makes sure the ledger has a row for each recipient of each mail, and makes no second one. */
export async function planIncidentMails(incident: Incident, mails: readonly IncidentMail[], now: Date): Promise<void> {
  const rows = [];
  for (const mail of mails) {
    for (const userId of await recipientsOf(mail.kind, incident)) {
      rows.push({
        ...mail,
        incidentId: incident.id,
        recipientKey: `user:${userId}`,
        userId,
        state: 'queued' as const,
        messageKey: randomBytes(16).toString('hex'),
        createdAt: now,
        nextAttemptAt: now,
        usefulUntil: incidentMailUsefulUntil(now),
      });
    }
  }
  if (rows.length > 0) await MailDelivery.bulkCreate(rows, { ignoreDuplicates: true });
}

/** Nobody is told of trouble that is over. */
export async function dropOpeningMails({ id }: Incident): Promise<void> {
  await MailDelivery.update(
    { state: 'skipped', lastError: 'it was over before the mail went out' },
    { where: { incidentId: id, kind: { [Op.ne]: 'incident_closed' }, state: 'queued' } },
  );
}

async function recipientsOf(kind: IncidentMailKind, { id, userId }: Incident): Promise<number[]> {
  switch (kind) {
    case 'connect_zoom':
      return userId === null ? [] : [userId];
    case 'incident_opened':
      return (await isByAdmin(userId)) ? [] : await listAdminIds();
    case 'incident_closed':
      return adminsWhoWereTold(id);
  }
}

/** Whoever changed the Zoom app was told how many teachers must connect again; not once more for each of them. */
async function isByAdmin(userId: number | null): Promise<boolean> {
  if (userId === null) return false;
  return (await ZoomConnection.count({ where: { userId, stateReason: 'app_changed' } })) > 0;
}

async function adminsWhoWereTold(incidentId: number): Promise<number[]> {
  const told = await MailDelivery.findAll({
    where: { incidentId, kind: 'incident_opened', state: { [Op.in]: ['sending', 'data_sent', 'sent', 'unknown'] } },
    attributes: ['userId'],
  });
  return told.flatMap(({ userId }) => userId ?? []);
}
