import { Op, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { AppError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { inTransaction } from '../db/transaction';
import { inOrLeft } from '../queries/inStates';
import { isElsewhere } from '../security/roomHost';
import { loseRoom } from './loseRoom';

type LeaveDeps = Pick<Deps, 'clock' | 'signingKeys'>;

/**
 * A room stays in the Zoom account that it was made in: once its host has connected another one, it can neither be started nor
 * removed. Each class that is to come gives up such a room, for another behind the same passes, and what was still to be
 * removed there is left to the account's owner.
 *
 * @returns the class dates whose workflows should look
 * @throws AppError when a class is live in one of them
 */
export async function leaveFormerRooms(
  deps: LeaveDeps,
  teacherId: number,
  zoomUserId: string,
  transaction: Transaction,
): Promise<number[]> {
  await forgetRemovals(teacherId, zoomUserId, transaction);
  const coming = await ClassDate.findAll({ where: { teacherId, ...NOT_CLOSED }, attributes: ['id'], transaction });
  const classDateId = coming.map(({ id }) => id);
  const rooms = await ZoomMeeting.findAll({ where: { classDateId, ...A_ROOM }, order: ['classDateId'], transaction });
  const left: number[] = [];
  for (const room of rooms.filter((one) => isElsewhere(one, zoomUserId))) {
    const became = await leave(deps, room.classDateId, zoomUserId, transaction);
    if (became === 'live') throw roomInOtherAccount();
    if (became === 'left') left.push(room.classDateId);
  }
  return left;
}

/** The same for one class: its room was being made while its teacher connected another account. One that is live stays. */
export async function leaveFormerRoom(deps: LeaveDeps & Pick<Deps, 'db'>, classDateId: number): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const { teacherId } = await ClassDate.findByPk(classDateId, { transaction, rejectOnEmpty: true });
    const connection = await ZoomConnection.findOne({ where: { userId: teacherId, state: 'connected' }, transaction });
    if (connection?.zoomUserId) await leave(deps, classDateId, connection.zoomUserId, transaction);
  });
}

export function roomInOtherAccount(): AppError {
  return new AppError(
    409,
    'room_in_other_account',
    'A class of yours has its room in the Zoom account you connected before. Connect that one again, or wait until the class is over.',
  );
}

const NOT_CLOSED = inOrLeft('scheduled', 'preparing', 'ready', 'live');
const A_ROOM = { isCurrent: true, state: 'created' } as const;

async function leave(
  deps: LeaveDeps,
  classDateId: number,
  zoomUserId: string,
  transaction: Transaction,
): Promise<'left' | 'live' | 'nothing'> {
  const coming = { id: classDateId, ...NOT_CLOSED };
  const classDate = await ClassDate.findOne({ where: coming, lock: true, transaction });
  const room = await ZoomMeeting.findOne({ where: { classDateId, ...A_ROOM }, transaction });
  if (!classDate || room?.teacherId !== classDate.teacherId || !isElsewhere(room, zoomUserId)) return 'nothing';
  const { endsAt, closesAt } = classTimes(classDate);
  const now = deps.clock.now();
  // Of an account that is gone nobody says when a class has ended there: whoever overran is not waited for.
  if (classDate.state === 'live') return now < closesAt ? 'live' : 'nothing';
  if (classDate.state === 'ended' && now >= endsAt) return 'nothing';
  await room.update({ lastError: 'It is in a Zoom account that is no longer connected.' }, { transaction });
  await loseRoom(deps, classDate, room, transaction);
  return 'left';
}

/** Zoom would refuse them one after the other until long after their classes. */
async function forgetRemovals(teacherId: number, zoomUserId: string, transaction: Transaction): Promise<void> {
  const where = { teacherId, state: 'deleting', hostHash: { [Op.ne]: null } };
  const going = await ZoomMeeting.findAll({ where, transaction });
  const id = going.filter((room) => isElsewhere(room, zoomUserId)).map((room) => room.id);
  await ZoomMeeting.update({ state: 'gone', nextAttemptAt: null }, { where: { id, state: 'deleting' }, transaction });
}
