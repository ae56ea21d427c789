import { OutcomeEvent } from '../models/OutcomeEvent';

/** Whether the feed has an event at this place. Those of lost rows are never given out again. */
export async function isPlaceOfFeed(seq: number): Promise<boolean> {
  return (await OutcomeEvent.count({ where: { seq } })) > 0;
}
