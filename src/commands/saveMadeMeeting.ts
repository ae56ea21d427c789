import { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { actualState } from '../domain/classStates';
import { roomFits } from '../domain/roomFits';
import { nextClassState } from '../domain/transitions';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import type { CreatedMeeting } from '../zoom/meetings';
import { noteStateChange } from './noteOutcome';
import { saveRisks } from './saveRisks';
import { THE_SYSTEM, writeAudit } from './writeAudit';

/** The part of a meeting we keep, from a create's reply or from finding it again. */
type MadeMeeting = Pick<CreatedMeeting, 'meetingId' | 'joinUrl' | 'registration'>;

/**
 * Stores the id of a meeting that Zoom has made, whatever has become of the class meanwhile: a room that is no longer
 * wanted is marked for removal, never forgotten.
 *
 * @param surplus Zoom's ids of others that were made for the same attempt; each is marked for removal in the same commit
 */
export async function saveMadeMeeting(
  deps: Deps,
  { id, classDateId }: Pick<ZoomMeeting, 'id' | 'classDateId'>,
  made: MadeMeeting,
  action: 'meeting_created' | 'meeting_adopted',
  surplus: readonly string[] = [],
): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const lock = Transaction.LOCK.UPDATE;
    const classDate = await ClassDate.findByPk(classDateId, { transaction, lock, rejectOnEmpty: true });
    const meeting = await ZoomMeeting.findByPk(id, { transaction, lock, rejectOnEmpty: true });
    if (meeting.meetingId !== null) {
      await keepSurplus(meeting, [made.meetingId, ...surplus], transaction);
      return;
    }
    const wanted = meeting.isCurrent === true && roomFits(meeting, classDate);
    await meeting.update(
      {
        state: wanted ? 'created' : 'deleting',
        isCurrent: wanted ? true : null,
        meetingId: made.meetingId,
        registration: made.registration,
        joinUrlEncrypted: deps.encryption.encrypt(made.joinUrl, joinUrlPlace(meeting.id)),
        status: 'scheduled',
        seenAt: deps.clock.now(),
        attempts: 0,
        nextAttemptAt: null,
        unknownSince: null,
        lastError: null,
      },
      { transaction },
    );
    await keepSurplus(meeting, surplus, transaction);
    if (wanted) {
      await noteRoomThere(classDate, transaction);
      // Whatever was changed in Zoom, it was of the room before; and that there was none is over.
      const found = { findings: [], lookedFor: ['meeting_changed', 'no_room'] as const, now: deps.clock.now() };
      await saveRisks(deps, classDate, found, transaction);
    }
    const entity = { type: 'zoom_meeting', id: meeting.id };
    await writeAudit(deps, THE_SYSTEM, { action, entity, metadata: { classDateId } }, transaction);
  });
}

/**
 * What Zoom's list shows late of an attempt that has its meeting by now: in the commit that finds it, each further one is
 * marked for removal.
 *
 * @returns how many there were of which we did not know
 */
export function saveSurplus(
  deps: Deps,
  { id, classDateId }: Pick<ZoomMeeting, 'id' | 'classDateId'>,
  meetingIds: readonly string[],
): Promise<number> {
  return inTransaction(deps.db, async (transaction) => {
    await ClassDate.findByPk(classDateId, { transaction, lock: Transaction.LOCK.UPDATE, rejectOnEmpty: true });
    const meeting = await ZoomMeeting.findByPk(id, { transaction, rejectOnEmpty: true });
    return keepSurplus(meeting, meetingIds, transaction);
  });
}

/** @param classDate locked; its room is there */
export async function noteRoomThere(classDate: ClassDate, transaction: Transaction): Promise<void> {
  const former = actualState(classDate);
  const state = nextClassState(classDate.state, 'meeting_made');
  await classDate.update({ state, stateReason: null }, { transaction });
  await noteStateChange(classDate, former, transaction);
}

/** Where a meeting's join URL is encrypted for. */
export function joinUrlPlace(meetingRowId: number) {
  return { table: 'zoom_meetings', column: 'join_url_encrypted', row: meetingRowId };
}

/**
 * Further meetings of an attempt that has its own, from a second answer or from Zoom's list: each gets a row of its own,
 * by which it is removed however often Zoom has to be asked. One that has a row already is known, and needs no other.
 */
async function keepSurplus(
  meeting: ZoomMeeting,
  meetingIds: readonly string[],
  transaction: Transaction,
): Promise<number> {
  let kept = 0;
  const { orderId, classDateId, teacherId, marker, hostHash, topic, startTime, duration, timezone } = meeting;
  for (const meetingId of meetingIds) {
    if (await ZoomMeeting.findOne({ where: { meetingId }, transaction })) continue;
    const last = Number(await ZoomMeeting.max('generation', { where: { classDateId }, transaction }));
    await ZoomMeeting.create(
      {
        ...{ orderId, classDateId, teacherId, marker, hostHash, topic, startTime, duration, timezone, meetingId },
        generation: last + 1,
        state: 'deleting',
      },
      { transaction },
    );
    kept += 1;
  }
  return kept;
}
