import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { judge, OF_ALL, type Verdict } from './invariants';

export interface Setting {
  readonly seed: number;
  readonly classes: number;
  readonly recipients: number;
  /** ms between one class's opening and the next one's */
  readonly apartMs: number;
  readonly teachers?: number;
}

type Play = (stack: ProcessStack, herd: readonly ClassDate[]) => Promise<void>;

const TEACHERS = 6;
const FIRST_OPENS_MS = 5_000;
const LOOK_MS = 250;
const SETTLE_MS = 4 * 60_000;

/**
 * Books classes that open one after the other, breaks something meanwhile, waits until all is quiet again, and counts.
 *
 * @param disturb does its harm while the classes open
 * @param afterwards what is to happen yet when all is quiet
 */
export async function experiment(
  { seed, classes, recipients, apartMs, teachers: hostCount = TEACHERS }: Setting,
  disturb: Play,
  afterwards: Play = () => Promise.resolve(),
): Promise<Verdict> {
  const hosts = simulatedTeachers(hostCount);
  const stack = await startProcessStack({ users: hosts, seed, behaviour: { enforceQuotas: false } });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    const first = Date.now() + FIRST_OPENS_MS;
    const opensAt = (index: number) => new Date(first + index * apartMs);
    const herd = await bookHerd(stack.deps, { teachers, classes, recipients, opensAt });
    for (const classDate of herd) await stack.deps.temporal.hintClassDate(classDate, 'booked');
    await disturb(stack, herd);
    await untilQuiet(herd, recipients);
    await afterwards(stack, herd);
    return await judge(stack, herd);
  } finally {
    await stack.close();
  }
}

/** Mails that the judge would count as lost a moment before they go out. */
export function mailsUnderWay(classDateId: readonly number[]): Promise<number> {
  return MailDelivery.count({ where: { classDateId: [...classDateId], state: ['queued', 'sending', 'data_sent'] } });
}

/** Returns when everything is prepared and mailed, or after the time is up: then the judge has something to say. */
async function untilQuiet(herd: readonly ClassDate[], recipients: number): Promise<void> {
  const ids = herd.map(({ id }) => id);
  const deadline = Date.now() + SETTLE_MS;
  while (Date.now() < deadline) {
    const [ready, linked, mailed, waiting] = await Promise.all([
      ClassDate.count({ where: { id: ids, state: 'ready' } }),
      ZoomSecureToken.count({ where: { classDateId: ids, linkMeetingId: { [Op.ne]: null } } }),
      MailDelivery.count({ where: { classDateId: ids, kind: OF_ALL, state: ['sent', 'unknown'] } }),
      mailsUnderWay(ids),
    ]);
    const people = herd.length * recipients;
    const isMailed = mailed === people + herd.length && waiting === 0;
    if (ready === herd.length && linked === people && isMailed) return;
    await sleep(LOOK_MS);
  }
}
