import type { Deps } from '../deps';
import { isOpen } from '../domain/joinRules';
import { AppError } from '../errors';
import type { ZoomMeeting } from '../models/ZoomMeeting';
import { findHostDoor } from '../queries/findHostDoor';
import { ZoomError, ZoomNeedsReconnect, ZoomNotFound } from '../zoom/errors';
import { isAllowedZoomUrl } from '../zoom/hosts';
import { confirmGone } from './confirmGone';
import { writeAudit, type AuditOrigin } from './writeAudit';

/**
 * The host's own way into the room. Zoom's start URL signs its holder in as the host: it is asked for at each click, and
 * never stored, logged or mailed. Needs neither Temporal nor a worker.
 *
 * @throws AppError in words for the teacher
 */
export async function startAsHost(
  deps: Deps,
  teacherId: number,
  classDateId: number,
  origin: AuditOrigin,
): Promise<string> {
  const { door, meeting } = await findHostDoor(deps, teacherId, classDateId);
  if (!isOpen(door) || !meeting?.meetingId) {
    throw new AppError(409, 'not_open', 'The room of this class is not open now. Its page says when it is.');
  }
  const startUrl = await askForStartUrl(deps, meeting, meeting.meetingId);
  if (!isAllowedZoomUrl(deps.config, startUrl)) {
    throw new Error(`The start link of class date ${classDateId} leads elsewhere than ZOOM_ALLOWED_HOSTS; check both.`);
  }
  const entity = { type: 'class_date', id: classDateId };
  await writeAudit(deps, origin, { action: 'meeting_start_opened', entity }, null);
  return startUrl;
}

async function askForStartUrl(deps: Deps, meeting: ZoomMeeting, meetingId: string): Promise<string> {
  try {
    return (await deps.zoom.getMeeting(meeting.teacherId, meetingId)).startUrl;
  } catch (error) {
    if (error instanceof ZoomNotFound && (await isGone(deps, meeting))) throw roomGone();
    throw inWords(error);
  }
}

/** Then the class gets another room at once; without a clear answer the teacher is asked to press again. */
async function isGone(deps: Deps, meeting: ZoomMeeting): Promise<boolean> {
  try {
    return await confirmGone(deps, meeting, { tell: true });
  } catch (error) {
    if (error instanceof ZoomError) return false;
    throw error;
  }
}

function roomGone(): AppError {
  return new AppError(
    409,
    'room_gone',
    'Zoom no longer has this room. Another one is being made; press the button again in a minute. All links stay good.',
  );
}

function inWords(error: unknown): unknown {
  if (error instanceof ZoomNeedsReconnect) {
    return new AppError(
      409,
      'zoom_reconnect',
      'Zoom no longer accepts your connection. Connect Zoom again, then start.',
    );
  }
  if (!(error instanceof ZoomError)) return error;
  const message = 'Zoom does not answer. Press the button again in a moment.';
  return new AppError(503, 'zoom_unreachable', message, { 'Retry-After': '10' });
}
