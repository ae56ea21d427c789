import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { WebhookEvent } from '../models/WebhookEvent';
import { findUnheardClasses } from '../queries/findUnheardClasses';
import { reportTrouble } from './openIncident';

/** The word of one start may be lost; of two classes in a row it is no chance. */
const IN_A_ROW = 2;
/** Every event is kept for so long at least: where there is none, none has come for longer. */
const KEPT_MINUTES = 24 * 60;

/** A class was found running by asking Zoom: where that was so of the one before it, too, and no event has come since, people are told. */
export async function reportSilence(
  deps: Pick<Deps, 'db' | 'clock' | 'temporal' | 'logger'>,
  now: Date,
): Promise<void> {
  const last = await WebhookEvent.findOne({ attributes: ['createdAt'], order: [['id', 'DESC']] });
  const { count } = await findUnheardClasses(deps.db, last?.createdAt ?? addMinutes(now, -KEPT_MINUTES));
  if (count >= IN_A_ROW) await reportTrouble(deps, { cause: 'webhooks_silent' });
}
