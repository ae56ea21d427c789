import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import { z } from 'zod';
import { ClassDate } from '../../src/models/ClassDate';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { eventually } from '../support/eventually';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { bookDue } from './classHerd';

/** By then rooms are being made, and most are still to come. */
const KILLED_AFTER = 0.1;
const LOOK_MS = 20;
/** What the killed one had made and not saved is found at Zoom by its marker. */
const MADE = { action: ['meeting_created' as const, 'meeting_adopted' as const] };
const GIVE_UP_MS = 5 * 60_000;

export interface KilledHerd {
  /** ms after the due instant, of the rooms for which no call was under way when the worker was killed */
  readonly lastReady: number;
  /** of the others: whether Zoom had got such a call is known after a minute, and until then nobody calls again */
  readonly lastInDoubt: number;
  /** rooms at Zoom that are missing, or one too many */
  readonly wrong: number;
}

/** So many classes due at one instant and two workers, one of which is killed outright after the first rooms if so wanted. */
export async function runKilledHerd(count: number, recipients: number, kills: boolean): Promise<KilledHerd> {
  const hosts = simulatedTeachers(Math.max(1, Math.ceil(count / 10)));
  const stack = await startProcessStack({ users: hosts, seed: 1, behaviour: { enforceQuotas: false } });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const victim = await stack.startWorker();
    await stack.startWorker();
    const dueAt = await bookDue(stack, teachers, count, recipients);
    await sleep(dueAt.getTime() - Date.now());
    const kill = () => process.kill(-victim.pid, 'SIGKILL');
    const inDoubt = kills ? await killAfter(Math.ceil(count * KILLED_AFTER), count, kill) : [];
    const ready = () => ClassDate.count({ where: { state: 'ready' } });
    await eventually('every class has its room', async () => (await ready()) >= count, GIVE_UP_MS, 500);
    if (kills) print(`of ${inDoubt.length} rooms the call was under way`);
    const lastOf = async (entityId: object) => {
      const made = await ZoomAuditLog.findOne({ where: { ...MADE, entityId }, order: [['createdAt', 'DESC']] });
      return made ? made.createdAt.getTime() - dueAt.getTime() : 0;
    };
    return {
      lastReady: await lastOf({ [Op.notIn]: inDoubt }),
      lastInDoubt: await lastOf({ [Op.in]: inDoubt }),
      wrong: Math.abs((await countRooms(stack)) - count),
    };
  } finally {
    await stack.close();
  }
}

/** @returns the rows of the rooms for which a call was under way then, to either worker's account */
async function killAfter(rooms: number, count: number, strike: () => void): Promise<number[]> {
  await eventually('the first rooms are there', async () => (await countMade()) >= rooms, GIVE_UP_MS, LOOK_MS);
  strike();
  const underWay = await ZoomMeeting.findAll({ where: { state: 'creating' } });
  const made = await countMade();
  if (made >= count) throw new Error('All rooms were there when the worker was killed: that proves nothing.');
  print(`killed one of two workers when ${made} of ${count} rooms were made`);
  return underWay.map(({ id }) => id);
}

function countMade(): Promise<number> {
  return ZoomAuditLog.count({ where: MADE });
}

const roomsSchema = z.array(z.object({ deleted: z.boolean() }));

/** Those that are there, as Zoom says. */
async function countRooms({ zoomUrl }: ProcessStack): Promise<number> {
  const rooms = roomsSchema.parse(await (await fetch(`${zoomUrl}/control/meetings`)).json());
  return rooms.filter(({ deleted }) => !deleted).length;
}
