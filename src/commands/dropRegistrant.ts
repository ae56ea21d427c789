import type { Transaction } from 'sequelize';
import { formerRegistrantsOf } from '../domain/segments';
import { DroppedRegistrant } from '../models/DroppedRegistrant';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';

/** Forgets a pass's own way into the meeting, so that a new one is made and the former one is taken back at Zoom. */
export async function dropRegistrant(pass: ZoomSecureToken, transaction: Transaction): Promise<void> {
  await takeBackRegistrant(pass, transaction);
  await pass.update(
    {
      ...{ linkMeetingId: null, linkQuality: null, registrantId: null, personalUrlEncrypted: null },
      formerRegistrants: formerRegistrantsOf(pass),
    },
    { transaction },
  );
}

/** Has Zoom asked to let nobody in by that pass's own link; whoever was in the meeting by it is still known by it. */
export async function takeBackRegistrant(pass: ZoomSecureToken, transaction: Transaction): Promise<void> {
  const { classDateId, linkMeetingId: zoomMeetingId, registrantId } = pass;
  if (registrantId === null || zoomMeetingId === null) return;
  await DroppedRegistrant.create({ classDateId, zoomMeetingId, registrantId }, { transaction });
}
