import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { MINUTE_MS } from '../domain/clock';
import type { ClassDate } from '../models/ClassDate';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { saveRisks } from './saveRisks';

/** A room as Zoom has it; null where it did not say. */
export interface RoomAtZoom {
  readonly startsAt: Date | null;
  readonly durationMinutes: number | null;
  readonly registration: boolean | null;
}

const CHANGES_MAX = 200;

/**
 * Changing a meeting in Zoom does not change the class: what differs is shown on the class's page and told the teacher
 * once, and cleared when it is as the class again.
 *
 * @param classDate locked, and the meeting brought up to it
 */
export async function noteRoom(
  deps: Pick<Deps, 'signingKeys'>,
  { classDate, meeting, room, now }: { classDate: ClassDate; meeting: ZoomMeeting; room: RoomAtZoom; now: Date },
  transaction: Transaction,
): Promise<void> {
  const changes = changesOf(classDate, meeting, room).join(', ').slice(0, CHANGES_MAX);
  await meeting.update({ lastError: changes === '' ? null : `Changed in Zoom: ${changes}.` }, { transaction });
  const findings = changes === '' ? [] : [{ kind: 'meeting_changed' as const, detail: changes }];
  await saveRisks(deps, classDate, { findings, lookedFor: ['meeting_changed'], now }, transaction);
}

function changesOf(
  { startsAt, durationMinutes }: ClassDate,
  { registration }: ZoomMeeting,
  room: RoomAtZoom,
): string[] {
  const changes: string[] = [];
  const movedMs = room.startsAt === null ? 0 : Math.abs(room.startsAt.getTime() - startsAt.getTime());
  if (room.startsAt !== null && movedMs >= MINUTE_MS) changes.push(`moved to ${room.startsAt.toISOString()}`);
  if (room.durationMinutes !== null && room.durationMinutes !== durationMinutes) {
    changes.push(`it lasts ${room.durationMinutes} minutes`);
  }
  if (room.registration !== null && room.registration !== registration) {
    changes.push(`registration was turned ${room.registration ? 'on' : 'off'}`);
  }
  return changes;
}
