import type { OutcomeEvent } from '../models/OutcomeEvent';

const NAME = /^(?:evt_)?([1-9]\d{0,14})(?:_([0-9a-f]{16}))?$/;

/** An event as it is looked for. */
export interface EventSought {
  readonly eventId: number;
  /** null: whatever it is */
  readonly eventKey: string | null;
}

/**
 * The one name of an event, in the feed and in what is pushed. A database that was put back to a backup gives its ids out
 * again, so the name has a random key of the row's as well: receivers, who deal with each name once, never take a new event
 * for one that they know.
 */
export function eventName({ id, randomKey }: Pick<OutcomeEvent, 'id' | 'randomKey'>): string {
  return randomKey === null ? `evt_${id}` : `evt_${id}_${randomKey}`;
}

/** The other way round; the number alone will do. @returns null when it is no such name */
export function readEventName(text: string): EventSought | null {
  const [, id, key] = NAME.exec(text) ?? [];
  return id === undefined ? null : { eventId: Number(id), eventKey: key ?? null };
}
