import type { Transaction } from 'sequelize';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';

/** Forgets a pass's own way into the meeting, so that a new one is made. */
export async function dropRegistrant(pass: ZoomSecureToken, transaction: Transaction): Promise<void> {
  await pass.update(
    { linkMeetingId: null, linkQuality: null, registrantId: null, personalUrlEncrypted: null },
    { transaction },
  );
}
