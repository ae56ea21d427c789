import type { Deps } from '../deps';
import { isOpen } from '../domain/joinRules';
import { AppError } from '../errors';
import { findHostDoor } from '../queries/findHostDoor';
import { ZoomError, ZoomNeedsReconnect, ZoomNotFound } from '../zoom/errors';
import { isAllowedZoomUrl } from '../zoom/hosts';
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
  const startUrl = await askForStartUrl(deps, teacherId, meeting.meetingId);
  if (!isAllowedZoomUrl(deps.config, startUrl)) {
    throw new Error(`The start link of class date ${classDateId} leads elsewhere than ZOOM_ALLOWED_HOSTS; check both.`);
  }
  const entity = { type: 'class_date', id: classDateId };
  await writeAudit(deps, origin, { action: 'meeting_start_opened', entity }, null);
  return startUrl;
}

async function askForStartUrl({ zoom, config }: Deps, teacherId: number, meetingId: string): Promise<string> {
  try {
    return (await zoom.getMeeting(teacherId, meetingId)).startUrl;
  } catch (error) {
    if (error instanceof ZoomNeedsReconnect) {
      throw new AppError(
        409,
        'zoom_reconnect',
        'Zoom no longer accepts your connection. Connect Zoom again, then start.',
      );
    }
    if (error instanceof ZoomNotFound) {
      throw new AppError(
        409,
        'room_gone',
        `Zoom no longer has this room. Write to ${config.supportEmail} at once, and we will make another.`,
      );
    }
    if (error instanceof ZoomError) {
      throw new AppError(503, 'zoom_unreachable', 'Zoom does not answer. Press the button again in a moment.', {
        'Retry-After': '10',
      });
    }
    throw error;
  }
}
