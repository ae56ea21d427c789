/**
 * Our knowledge of one meeting at Zoom (facts: there is no idempotency key).
 *
 * planned: the row exists, Zoom has not been called. creating: the POST is being sent now. unknown: it may or may not
 * have been made. created: Zoom gave us its id. failed: Zoom refused. deleting: it must go. deleted: we removed it.
 * gone: somebody removed it in Zoom, or it is in an account that is no longer connected.
 */
export type MeetingState = 'planned' | 'creating' | 'unknown' | 'created' | 'failed' | 'deleting' | 'deleted' | 'gone';

/** What Zoom says of a meeting that exists. */
export type MeetingStatus = 'scheduled' | 'started' | 'ended' | 'cancelled';
