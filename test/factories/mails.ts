import { randomBytes } from 'node:crypto';
import type { CreationAttributes } from 'sequelize';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { personKey } from '../../src/security/joinPass';

/** A reminder of a class to the holder of a pass, sent unless said otherwise. */
export function buildMail(
  classDate: ClassDate,
  pass: ZoomSecureToken,
  fields: Partial<CreationAttributes<MailDelivery>> = {},
): Promise<MailDelivery> {
  const now = new Date();
  return MailDelivery.create({
    ...{ classDateId: classDate.id, passId: pass.id, recipientKey: personKey(pass) },
    ...{ kind: 'class_reminder', version: classDate.scheduleVersion, state: 'sent' },
    messageKey: randomBytes(16).toString('hex'),
    ...{ createdAt: now, nextAttemptAt: now, sentAt: now, usefulUntil: addMinutes(now, 60) },
    ...fields,
  });
}
