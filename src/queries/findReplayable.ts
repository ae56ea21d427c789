import { Op, type Transaction, type WhereOptions } from 'sequelize';
import { WebhookEvent } from '../models/WebhookEvent';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { DEAUTHORIZED } from '../zoom/deauthorization';

/** Which stored events are to be read again. */
export type ReplaySelection =
  | { readonly kind: 'event'; readonly id: number }
  | { readonly kind: 'class'; readonly classDateId: number }
  /** those that came to us between the two, the second left out */
  | { readonly kind: 'span'; readonly from: Date; readonly to: Date };

/** How many stored events there are to read again. Those still waiting will be read anyway. */
export async function countReplayable(selection: ReplaySelection): Promise<number> {
  return WebhookEvent.count({ where: await replayable(selection) });
}

export async function replayable(
  selection: ReplaySelection,
  transaction: Transaction | null = null,
): Promise<WhereOptions> {
  switch (selection.kind) {
    case 'event':
      return { id: selection.id, state: 'failed' };
    case 'class': {
      const meetings = await ZoomMeeting.findAll({ where: { classDateId: selection.classDateId }, transaction });
      return { ...DONE, meetingId: meetings.flatMap(({ meetingId }) => meetingId ?? []) };
    }
    case 'span':
      return { ...DONE, createdAt: { [Op.gte]: selection.from, [Op.lt]: selection.to } };
  }
}

/** What Zoom told us of a person who removed the app has been deleted: there is nothing left to read. */
const DONE = {
  state: { [Op.in]: ['processed', 'unmatched', 'failed'] },
  [Op.not]: { event: DEAUTHORIZED, state: { [Op.in]: ['processed', 'unmatched'] } },
};
