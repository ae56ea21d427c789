import { lastTold, saysTheSame, toldIn, toldOf, type Told, type ToldRow } from '../../src/domain/told';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { byRecipient, readLedger } from '../../src/queries/readLedger';
import { roomsAtZoom } from './classScene';
import type { ZoomSimulator } from '../../src/dev/zoom/server';

/** The rooms of a class that anybody could be in now. */
export async function openRoomsOf(zoom: ZoomSimulator, classDate: ClassDate) {
  return (await roomsAtZoom({ stack: { zoom } }, classDate)).filter(({ deleted }) => !deleted);
}

/** Every room of the class as its row says, in words; what is expected of them once nothing is left to be done. */
export async function roomsInWords(zoom: ZoomSimulator, classDate: ClassDate): Promise<string[]> {
  const rooms = await openRoomsOf(zoom, classDate);
  return rooms.map(({ host, startTime, duration }) => `${host} ${startTime} ${duration}`);
}

export async function roomOfRow({ teacherId, startsAt, durationMinutes }: ClassDate): Promise<string> {
  const { zoomEmail } = await ZoomConnection.findOne({ where: { userId: teacherId }, rejectOnEmpty: true });
  return `${zoomEmail} ${startsAt.toISOString().slice(0, 19)}Z ${durationMinutes}`;
}

/**
 * Whom the ledger takes to know something else of the class than what is so: nobody, once nothing is left to be done.
 * A teacher who no longer gives it must know that; whoever was never told anything cannot be wrong, nor can whoever has
 * had no mail about a class that is off.
 *
 * @param left who is no longer on its order, by their keys in the ledger: they hear nothing more
 */
export async function misinformed(classDate: ClassDate, left: readonly string[] = []): Promise<string[]> {
  const wrong: string[] = [];
  for (const [recipient, rows] of byRecipient(await readLedger(classDate.id))) {
    const last = lastTold(rows);
    const known = last && toldIn(last);
    if (!known || left.includes(recipient) || (toldOf(classDate).off && isNote(last))) continue;
    if (!isRight(last, known, classDate) || !saysSo(last, known))
      wrong.push(`${recipient} last had ${last.kind} (${last.state})`);
  }
  return wrong;
}

function isRight({ userId, kind }: ToldRow, known: Told, classDate: ClassDate): boolean {
  const isFormer = userId !== null && userId !== classDate.teacherId;
  if (isFormer) return kind === 'teacher_released' || known.off;
  return saysTheSame(known, toldOf(classDate)) && kind !== 'teacher_released';
}

/** Not a mail: that its reader had the class from its booking on. */
const isNote = ({ kind, state }: ToldRow) => kind === 'teacher_assigned' && state === 'skipped';

/** No other mail has the words that it does not take place, whatever the ledger says; a note has none at all. */
const saysSo = ({ kind, state }: ToldRow, { off }: Told) =>
  !off || state === 'skipped' || kind === 'cancelled' || kind === 'missed';
