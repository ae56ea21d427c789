import { proxyActivities, sleep } from '@temporalio/workflow';
import type { MeetingActivities } from '../../activities/meetings';

const { makeMeeting } = proxyActivities<MeetingActivities>({ startToCloseTimeout: '1 minute' });

/** A careless change of the real one, made without `patched`: it must not replay what the real one has done. */
export async function classDate({ classDateId }: { classDateId: number }): Promise<void> {
  await sleep('1 minute');
  await makeMeeting({ classDateId, now: new Date(Date.now()).toISOString() });
}
