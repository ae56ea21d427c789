import { setTimeout as sleep } from 'node:timers/promises';
import { addMinutes } from '../../src/domain/clock';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomParticipant } from '../../src/models/ZoomParticipant';
import { buildClassDate } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { startProcessStack } from '../support/processStack';
import { print } from '../support/report';
import type { Verdict } from './invariants';
import { randomFrom } from './killedWorker';
import { streamThroughKills, type Door } from './streamThroughKills';

export const KILLS = 50;
const PEOPLE = 400;

/**
 * The web process is killed outright again and again while signed events stream in, at moments that the seed chooses,
 * spread over the whole stream. In the end everybody who came is there once, and each event is in the log once.
 */
export async function killedWeb(seed: number): Promise<Verdict> {
  const stack = await startProcessStack({ seed });
  try {
    const random = randomFrom(seed);
    const classDate = await buildClassDate({ state: 'live', startsAt: addMinutes(new Date(), -1) });
    const { meetingId } = await buildMeeting(stack.deps.encryption, classDate);
    await stack.startWorker();
    const bodies = Array.from({ length: PEOPLE * 2 }, (_, index) => bodyOf(meetingId ?? '', index));
    const door: Door = { port: 0, taken: 0, limit: Infinity, sent: 0 };
    await streamThroughKills(bodies, {
      door,
      kills: KILLS,
      start: () => stack.startWebProcess(),
      moment: async (kill) => {
        const goal = Math.floor((bodies.length * (kill + random())) / KILLS);
        while (door.sent < goal) await sleep(1);
      },
    });
    return await count(door);
  } finally {
    await stack.close();
  }
}

function bodyOf(meetingId: string, index: number): string {
  const joined = index % 2 === 0;
  const time = joined ? { join_time: '2026-11-22T09:32:00Z' } : { leave_time: '2026-11-22T10:00:00Z' };
  const participant = { user_id: String(16_778_240 + Math.floor(index / 2)), user_name: 'Jan S.', email: '', ...time };
  const payload = { account_id: 'PX5yQ', object: { id: meetingId, uuid: 'theOnlyRun==', participant } };
  const event = joined ? 'meeting.participant_joined' : 'meeting.participant_left';
  return JSON.stringify({ event, event_ts: 1_700_000_000_000 + index, payload });
}

async function count({ sent }: Door): Promise<Verdict> {
  const people = await ZoomParticipant.findAll();
  const whole = people.filter(({ joinTime, leaveTime }) => joinTime && leaveTime).length;
  const processed = await WebhookEvent.count({ where: { state: 'processed' } });
  const audited = await ZoomAuditLog.count({ where: { action: 'webhook_received' } });
  const again = await WebhookEvent.count({ where: { attempts: 2 } });
  print(
    `  ${KILLS} kills, ${sent} events acknowledged: ${processed} interpreted (${again} at a second try), ${whole} people`,
  );
  const missing = (wanted: number, there: number) => Math.max(0, wanted - there);
  return {
    // Kills that hit no event in the midst of it would prove nothing.
    lost: missing(PEOPLE, whole) + missing(sent, processed) + missing(sent, audited) + (again === 0 ? 1 : 0),
    doubled: missing(people.length, PEOPLE) + missing(audited, sent),
    late: 0,
  };
}
