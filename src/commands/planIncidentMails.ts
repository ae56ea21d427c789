import { randomBytes } from 'node:crypto';
import { Op } from 'sequelize';
import type { IncidentCause, IncidentMail } from '../domain/incidents';
import { incidentMailUsefulUntil, queuedAnew, type IncidentMailKind } from '../domain/mails';
import type { Incident } from '../models/Incident';
import { MailDelivery } from '../models/MailDelivery';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import { hasClassToCome } from '../queries/hasClassToCome';
import { isConnected } from '../queries/isConnected';
import { listAdminIds } from '../queries/listAdminIds';
import { DISABLED } from '../queries/loadMails';

/** Why a mail was dropped. */
const OVER = 'it was over before the mail went out';

/** Makes sure the ledger has a row for each recipient of each mail, and makes no second one. */
export async function planIncidentMails(incident: Incident, mails: readonly IncidentMail[], now: Date): Promise<void> {
  const rows = [];
  for (const mail of mails) {
    const userIds = await recipientsOf(mail.kind, incident);
    if (incident.closedAt === null) await putInAgain(incident, mail, userIds, now);
    for (const userId of userIds) {
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

/** What was left out is wanted after all: the trouble came back, or its reader did. Nothing that may have gone out. */
async function putInAgain(
  { id: incidentId }: Incident,
  { kind, version }: IncidentMail,
  userIds: readonly number[],
  now: Date,
): Promise<void> {
  // A teacher is told from now on, not from when that mail was left out.
  const anew = { ...queuedAnew(now, incidentMailUsefulUntil(now)), createdAt: now };
  await MailDelivery.update(anew, {
    where: {
      ...{ incidentId, kind, version, userId: [...userIds] },
      ...{ state: 'skipped', lastError: [OVER, DISABLED], resent: false, sentAt: null },
    },
  });
}

/** Nobody is told of trouble that is over. */
export async function dropOpeningMails({ id }: Incident): Promise<void> {
  await MailDelivery.update(
    { state: 'skipped', lastError: OVER },
    { where: { incidentId: id, kind: { [Op.ne]: 'incident_closed' }, state: 'queued' } },
  );
}

async function recipientsOf(kind: IncidentMailKind, { id, cause, userId }: Incident): Promise<number[]> {
  switch (kind) {
    case 'connect_zoom':
      return userId === null || (await isDisabled(userId)) ? [] : [userId];
    case 'incident_opened':
      return (await concernsAdmins(cause, userId)) ? await listAdminIds() : [];
    case 'incident_closed':
      return (await isWellAgain({ cause, userId })) ? adminsWhoWereTold(id) : [];
  }
}

/** A teacher who has no class to come any more is no trouble, but not connected: of that nobody is told that it is over. */
async function isWellAgain({ cause, userId }: Pick<Incident, 'cause' | 'userId'>): Promise<boolean> {
  return cause !== 'teacher_connection' || (userId !== null && (await isConnected(userId)));
}

/**
 * Whoever changed the Zoom app was told how many teachers must connect again; not once more for each of them. A teacher
 * whom no class waits for is no news.
 */
async function concernsAdmins(cause: IncidentCause, userId: number | null): Promise<boolean> {
  if (userId === null) return true;
  if (cause === 'teacher_connection' && !(await hasClassToCome(userId))) return false;
  return (await ZoomConnection.count({ where: { userId, stateReason: 'app_changed' } })) === 0;
}

/** They are mailed once they are enabled, while the trouble lasts. */
async function isDisabled(userId: number): Promise<boolean> {
  return (await User.count({ where: { id: userId, disabledAt: { [Op.ne]: null } } })) > 0;
}

async function adminsWhoWereTold(incidentId: number): Promise<number[]> {
  const told = await MailDelivery.findAll({
    where: { incidentId, kind: 'incident_opened', state: { [Op.in]: ['sending', 'data_sent', 'sent', 'unknown'] } },
    attributes: ['userId'],
  });
  return told.flatMap(({ userId }) => userId ?? []);
}
