import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { isShut } from '../domain/classStates';
import { classTimes } from '../domain/classTimes';
import { TAKEOVERS_MAX } from '../domain/joinRefusals';
import { usefulUntil } from '../domain/mails';
import { AppError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { hashToken, joinToken, personKey } from '../security/joinPass';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { writeAudit, type AuditOrigin } from './writeAudit';

interface LinkOrder {
  readonly passId: number;
  /** Make a new link even if the present one still works, which then dies as soon as the new one is used. */
  readonly anew: boolean;
}

/**
 * Mails a person their link: the one they have while it still lets a browser in, so that nobody's is taken away by
 * whoever knows their address; else a new one, with which all counts begin again.
 *
 * @throws AppError when the class is cancelled or over
 */
export async function sendLink(deps: Deps, order: LinkOrder, origin: AuditOrigin): Promise<void> {
  const outboxId = await inTransaction(deps.db, (transaction) => sendLinkIn(deps, order, origin, transaction));
  await deliverOutbox(deps, outboxId);
}

/**
 * The same as a part of something larger, which delivers the outbox row after its commit.
 *
 * @returns the outbox row
 */
export async function sendLinkIn(
  deps: Pick<Deps, 'signingKeys' | 'clock'>,
  { passId, anew }: LinkOrder,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number> {
  const pass = await ZoomSecureToken.findByPk(passId, { transaction, lock: true, rejectOnEmpty: true });
  const classDate = await ClassDate.findByPk(pass.classDateId, { transaction, rejectOnEmpty: true });
  refuseShut(classDate);
  const isNew = anew || pass.takeovers >= TAKEOVERS_MAX;
  if (isNew) await renewPass(deps, pass, classDate, transaction);
  await planMail(deps, pass, classDate, transaction);
  const entity = { type: 'zoom_secure_token', id: passId };
  const metadata = { classDateId: classDate.id, isNew };
  await writeAudit(deps, origin, { action: 'link_sent', entity, metadata }, transaction);
  return addToOutbox({ classDateId: classDate.id }, 'link asked for', transaction);
}

function refuseShut(classDate: ClassDate): void {
  if (!isShut(classDate)) return;
  const message =
    classDate.state === 'cancelled'
      ? 'This class is cancelled, so its links lead nowhere. Reopen the class first, if it takes place after all.'
      : 'This class is over, so its links lead nowhere. Reopen the class first, if it is to go on.';
  throw new AppError(409, 'class_is_over', message);
}

/**
 * Gives a pass a new token. Whoever holds the pass stays inside by the former link until the new one is used.
 *
 * @param pass locked
 */
export async function renewPass(
  { signingKeys }: Pick<Deps, 'signingKeys'>,
  pass: ZoomSecureToken,
  { randomKey: classKey }: Pick<ClassDate, 'randomKey'>,
  transaction: Transaction,
): Promise<void> {
  const identity = { keyId: signingKeys.currentId, classKey, person: personKey(pass), epoch: pass.epoch + 1 };
  const { keyId, epoch } = identity;
  const token = hashToken(joinToken(signingKeys, identity));
  await pass.update({ keyId, epoch, token, formerToken: pass.token, usedAt: null, takeovers: 0 }, { transaction });
}

async function planMail(
  { clock }: Pick<Deps, 'clock'>,
  pass: ZoomSecureToken,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<void> {
  const now = clock.now();
  const key = { classDateId: classDate.id, recipientKey: personKey(pass), kind: 'new_link' as const };
  const sent = await MailDelivery.count({ where: key, transaction });
  await MailDelivery.create(
    {
      ...key,
      passId: pass.id,
      version: sent + 1,
      state: 'queued',
      messageKey: randomBytes(16).toString('hex'),
      nextAttemptAt: now,
      usefulUntil: usefulUntil('new_link', classTimes(classDate), now),
    },
    { transaction },
  );
}
