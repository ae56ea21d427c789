import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { addMinutes } from '../domain/clock';
import type { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { isElsewhere } from '../security/roomHost';
import { ZoomNeedsReconnect, ZoomNotFound, ZoomRefused } from '../zoom/errors';

/** How long after its doors have closed a class waits for Zoom to tell what it refuses to. */
const MAY_PASS_MINUTES = 15;

interface Room {
  readonly teacherId: number;
  readonly meetingId: string;
  readonly marker: string;
  readonly hostHash: string | null;
}

/** Asks Zoom whether a class whose end has come still runs. */
export async function isStillRunning(
  deps: Pick<Deps, 'zoom'>,
  room: Room,
  classDate: ClassDate,
  now: Date,
): Promise<boolean> {
  try {
    return (await deps.zoom.getMeeting(room.teacherId, room.meetingId)).status === 'started';
  } catch (error) {
    if (error instanceof ZoomNotFound) return false;
    // Nobody can be asked, or only another account, to which Zoom does not tell: believe the last word, which is bounded by
    // the hard cap. Anything else that Zoom refuses may pass, or it does not.
    const refusedForLong = now >= addMinutes(classTimes(classDate).closesAt, MAY_PASS_MINUTES);
    const untold = error instanceof ZoomRefused && (refusedForLong || (await isInFormerAccount(room)));
    if (untold || error instanceof ZoomNeedsReconnect) return classDate.state === 'live';
    throw error;
  }
}

async function isInFormerAccount(room: Room): Promise<boolean> {
  const connection = await ZoomConnection.findOne({ where: { userId: room.teacherId } });
  return isElsewhere(room, connection?.zoomUserId ?? null);
}
