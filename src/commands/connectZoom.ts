import { Op, Transaction, UniqueConstraintError } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { findZoomApp } from '../queries/findZoomSettings';
import { hasOpenRoom } from '../queries/hasOpenRoom';
import { readyOr } from '../queries/inStates';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { keptToken, tokenColumns } from '../zoom/freshToken';
import { exchangeCode, type Tokens } from '../zoom/oauth';
import { missingScopes } from '../zoom/scopes';
import { fetchZoomUser, type ZoomUser } from '../zoom/users';
import { closeIncident } from './closeIncident';
import { forgetRehearsals } from './forgetRehearsals';
import { giveBackConsent } from './giveBackConsent';
import { leaveFormerRooms, roomInOtherAccount } from './leaveFormerRooms';
import { settleAgain } from './settleAgain';
import { settleRefusedConsent } from './settleRefusedConsent';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface Consent {
  readonly code: string;
  /** PKCE */
  readonly verifier: string;
}

/**
 * Turns a teacher's consent into a connection. What is refused leaves the former connection as it
 * was, except that Zoom itself may have replaced it (see settleRefusedConsent).
 *
 * @throws AppError in words for the teacher, and every error of src/zoom
 */
export async function connectZoom(
  deps: Deps,
  userId: number,
  { code, verifier }: Consent,
  origin: AuditOrigin,
): Promise<ZoomUser> {
  const app = await findZoomApp(deps);
  const tokens = await exchangeCode(deps.logger, app, code, verifier);
  const { zoomUser, outboxIds, formerToken } = await keepConsent(deps, userId, tokens, origin).catch(
    async (error: unknown) => {
      await settleRefusedConsent(deps, tokens);
      throw error instanceof UniqueConstraintError ? boundToAnother() : error;
    },
  );
  await deliverOutbox(deps, ...outboxIds);
  if (formerToken !== null) await giveBackConsent(deps, formerToken);
  return zoomUser;
}

async function keepConsent(deps: Deps, userId: number, tokens: Tokens, origin: AuditOrigin) {
  checkScopes(tokens);
  const zoomUser = await fetchZoomUser(deps, tokens.accessToken, tokens.apiUrl);
  await checkAccount(userId, zoomUser);
  const formerToken = await tokenOfOtherAccount(deps, userId, zoomUser);
  return { zoomUser, formerToken, outboxIds: await save(deps, userId, tokens, zoomUser, origin) };
}

function checkScopes({ scopes }: Tokens): void {
  const missing = missingScopes(scopes);
  if (missing.length === 0) return;
  throw new AppError(
    403,
    'scopes_missing',
    `Zoom did not give us every permission a class needs. Connect again and leave all of them ticked; missing: ${missing.map(({ words, scope }) => `${words} (${scope})`).join('; ')}.`,
  );
}

/**
 * A room in one Zoom account cannot be reached with another one's tokens. While those still work it is kept; when they do not,
 * nobody can start the class there, and it gets another room (see leaveFormerRooms).
 */
async function checkAccount(userId: number, { id }: ZoomUser): Promise<void> {
  const owner = await ZoomConnection.findOne({ where: { zoomUserId: id } });
  if (owner && owner.userId !== userId) throw boundToAnother();
  const own = await ZoomConnection.findOne({ where: { userId } });
  const changes = own?.state === 'connected' && own.zoomUserId !== id;
  if (changes && (await hasOpenRoom(userId))) throw roomInOtherAccount();
}

/** What is to be given back to Zoom when a teacher changes accounts; null when there is nothing to give back. */
async function tokenOfOtherAccount(deps: Deps, userId: number, { id }: ZoomUser): Promise<string | null> {
  const former = await ZoomConnection.findOne({ where: { userId, state: 'connected' } });
  return former && former.zoomUserId !== id ? keptToken(deps, former) : null;
}

function boundToAnother(): AppError {
  return new AppError(
    409,
    'zoom_account_taken',
    'This Zoom account belongs to another teacher here. Sign in to Zoom with your own account, then connect again.',
  );
}

/** @returns outbox rows: the classes that have been waiting for this */
function save(deps: Deps, userId: number, tokens: Tokens, zoomUser: ZoomUser, origin: AuditOrigin): Promise<number[]> {
  return inTransaction(deps.db, async (transaction) => {
    const former = await ZoomConnection.findOne({ where: { userId }, transaction, lock: Transaction.LOCK.UPDATE });
    const columns = {
      state: 'connected' as const,
      stateReason: null,
      zoomUserId: zoomUser.id,
      zoomAccountId: zoomUser.accountId,
      zoomEmail: zoomUser.email,
      zoomName: zoomUser.name,
      licensed: zoomUser.licensed,
      previousRefreshTokenEncrypted: null,
      leaseHolder: null,
      leaseUntil: null,
      // What another account has used up says nothing of this one.
      ...(former?.zoomUserId === zoomUser.id ? {} : { pausedUntil: null }),
      version: (former?.version ?? 0) + 1,
      connectedAt: deps.clock.now(),
      ...tokenColumns(deps, userId, tokens),
    };
    const connection = former
      ? await former.update(columns, { transaction })
      : await ZoomConnection.create({ userId, ...columns }, { transaction });
    const entity = { type: 'user', id: userId };
    await writeAudit(deps, origin, { action: 'oauth_connected', entity }, transaction);
    const left = await leaveFormerRooms(deps, userId, zoomUser.id, transaction);
    const waiting = await ClassDate.findAll({
      where: {
        teacherId: userId,
        [Op.or]: [readyOr('preparing', 'live'), { stateReason: 'teacher_not_connected' }],
      },
      attributes: ['id'],
      transaction,
    });
    const outboxIds = [await addToOutbox({ connectionId: connection.id }, 'teacher connected', transaction)];
    const rehearsed = await forgetRehearsals({ teacherId: userId }, transaction);
    const ids = waiting.map(({ id }) => id);
    const putOff = { classDateId: ids, teacherId: userId, isCurrent: true, state: ['planned', 'failed', 'unknown'] };
    await ZoomMeeting.update({ nextAttemptAt: null }, { where: putOff, transaction });
    for (const id of new Set([...ids, ...left, ...rehearsed]))
      outboxIds.push(await addToOutbox({ classDateId: id }, 'teacher reconnected', transaction));
    // Of a host without a licence Zoom has no list.
    if (zoomUser.licensed) outboxIds.push(...(await settleAgain(deps, userId, transaction)));
    const closed = await closeIncident(deps, { cause: 'teacher_connection', userId }, transaction);
    return closed === null ? outboxIds : [...outboxIds, closed];
  });
}
