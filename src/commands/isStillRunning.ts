import type { Deps } from '../deps';
import type { ClassDate } from '../models/ClassDate';
import { ZoomNeedsReconnect, ZoomNotFound, ZoomRefused } from '../zoom/errors';

/** Asks Zoom whether a class whose end has come still runs. */
export async function isStillRunning(
  deps: Pick<Deps, 'zoom'>,
  { teacherId, meetingId }: { readonly teacherId: number; readonly meetingId: string },
  classDate: ClassDate,
): Promise<boolean> {
  try {
    return (await deps.zoom.getMeeting(teacherId, meetingId)).status === 'started';
  } catch (error) {
    if (error instanceof ZoomNotFound) return false;
    // Nobody can be asked, or only another account, to which Zoom does not tell: believe the last word, which is bounded by
    // the hard cap.
    if (error instanceof ZoomNeedsReconnect || error instanceof ZoomRefused) return classDate.state === 'live';
    throw error;
  }
}
