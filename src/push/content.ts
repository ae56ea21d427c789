import type { OutcomeEventType } from '../domain/outcomeEvents';
import { eventName } from './eventName';
import type { PushContent } from './message';

/** An event of the feed as it is read for somebody outside. */
export interface ToldEvent {
  readonly id: number;
  readonly randomKey: string | null;
  readonly type: OutcomeEventType;
  /** as JSON */
  readonly data: string;
  readonly createdAt: Date;
  readonly orderExternalId: string;
  readonly classDateExternalId: string | null;
}

/** Ids and what became of the class; nothing of a person, and no link. */
export function pushContent(event: ToldEvent): PushContent {
  return {
    type: event.type,
    timestamp: event.createdAt.toISOString(),
    data: {
      id: eventName(event),
      order: event.orderExternalId,
      classDate: event.classDateExternalId,
      ...(JSON.parse(event.data) as Record<string, unknown>),
    },
  };
}
