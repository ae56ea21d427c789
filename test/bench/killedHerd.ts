import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import { z } from 'zod';
import { ClassDate } from '../../src/models/ClassDate';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { connectTeachers, simulatedTeachers } from '../support/classHerd';
import { eventually } from '../support/eventually';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { bookDue } from './classHerd';

/** By then rooms are being made, and most are still to come. */
const KILLED_AFTER = 0.1;
const LATE_SECONDS = 30;
const LOOK_MS = 20;
/** What the killed one had made and not saved is found at Zoom by its marker. */
const MADE = { action: ['meeting_created' as const, 'meeting_adopted' as const] };
const GIVE_UP_MS = 5 * 60_000;

export interface KilledHerd {
  /** ms after the due instant */
  readonly lastReady: number;
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
    if (kills) await killAfter(Math.ceil(count * KILLED_AFTER), count, () => process.kill(-victim.pid, 'SIGKILL'));
    const killedAt = new Date();
    const ready = () => ClassDate.count({ where: { state: 'ready' } });
    await eventually('every class has its room', async () => (await ready()) >= count, GIVE_UP_MS, 500);
    const late = await ZoomAuditLog.count({
      where: { ...MADE, createdAt: { [Op.gt]: new Date(killedAt.getTime() + LATE_SECONDS * 1_000) } },
    });
    // Whether Zoom had got the call of a worker that died over it is known after a minute only: until then nobody calls again.
    if (kills) print(`${late} of ${count} rooms came more than ${LATE_SECONDS} s after the kill`);
    const last = await ZoomAuditLog.max<Date, ZoomAuditLog>('createdAt', { where: MADE });
    return {
      lastReady: new Date(last).getTime() - dueAt.getTime(),
      wrong: Math.abs((await countRooms(stack)) - count),
    };
  } finally {
    await stack.close();
  }
}

async function killAfter(rooms: number, count: number, strike: () => void): Promise<void> {
  await eventually('the first rooms are there', async () => (await countMade()) >= rooms, GIVE_UP_MS, LOOK_MS);
  strike();
  const made = await countMade();
  if (made >= count) throw new Error('All rooms were there when the worker was killed: that proves nothing.');
  print(`killed one of two workers when ${made} of ${count} rooms were made`);
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
