import { setTimeout as sleep } from 'node:timers/promises';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { z } from 'zod';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { inBatches } from '../support/inBatches';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { percentile, print } from '../support/report';

const STARTS_AT_ONCE = 20;
const LOOK_MS = 500;
const GIVE_UP_MS = 10 * 60_000;
const SINGLES = 20;
const SINGLES_APART_MS = 1_000;

export interface HerdResult {
  /** ms after the due instant; early ones are negative */
  readonly firstCalls: readonly number[];
  /** ms after the due instant */
  readonly lastReady: number;
  /** ms after the due instant */
  readonly lastMail: number;
  readonly mails: number;
  /** ms after each one's own instant, of classes that are alone at theirs */
  readonly singleCalls: readonly number[];
}

/** So many classes due at one instant, then some that are alone at theirs, on the whole system as processes. */
export async function runClassHerd(count: number, recipients: number): Promise<HerdResult> {
  const hosts = simulatedTeachers(Math.max(1, Math.ceil(count / 10)));
  const stack = await startProcessStack({ users: hosts, seed: 1, behaviour: { enforceQuotas: false } });
  try {
    const teachers = await connectTeachers(stack.deps, hosts);
    await stack.startWorker();
    const dueAt = await bookDue(stack, teachers, count, recipients);
    const mails = count * (recipients + 1);
    await untilMailsAre(mails);
    const firstCalls = (await createCalls(stack)).map((at) => at - dueAt.getTime());
    const lastReady = (await lastOf(ZoomAuditLog, 'createdAt', { action: 'meeting_created' })) - dueAt.getTime();
    const lastMail = (await lastOf(MailDelivery, 'sentAt', {})) - dueAt.getTime();
    return { firstCalls, lastReady, lastMail, mails, singleCalls: await runSingles(stack, teachers) };
  } finally {
    await stack.close();
  }
}

type Teachers = Awaited<ReturnType<typeof connectTeachers>>;

/** @returns the instant that so many classes are due at */
export async function bookDue(
  stack: ProcessStack,
  teachers: Teachers,
  count: number,
  recipients: number,
): Promise<Date> {
  const leadMs = 5_000 + count * 25;
  const bookedAt = Date.now();
  const dueAt = new Date(bookedAt + leadMs);
  const herd = { teachers, classes: count, recipients, opensAt: () => dueAt, rehearsed: true };
  await hintAll(stack, await bookHerd(stack.deps, herd));
  if (Date.now() > dueAt.getTime()) throw new Error(`Booking ${count} classes took longer than ${leadMs} ms.`);
  print(`booked ${count} classes in ${Date.now() - bookedAt} ms`);
  return dueAt;
}

async function runSingles(stack: ProcessStack, teachers: Teachers): Promise<number[]> {
  const before = (await createCalls(stack)).length;
  const first = Date.now() + 10_000;
  const opensAt = (index: number) => new Date(first + index * SINGLES_APART_MS);
  const classDates = await bookHerd(stack.deps, { teachers, classes: SINGLES, recipients: 1, opensAt });
  await hintAll(stack, classDates);
  await sleep(first + SINGLES * SINGLES_APART_MS + 3_000 - Date.now());
  const calls = (await createCalls(stack)).slice(before).sort((one, other) => one - other);
  if (calls.length !== SINGLES) throw new Error(`${calls.length} of ${SINGLES} single classes called Zoom.`);
  return calls.map((at, index) => at - opensAt(index).getTime());
}

async function hintAll({ deps }: ProcessStack, classDates: readonly ClassDate[]): Promise<void> {
  await inBatches(classDates.length, STARTS_AT_ONCE, async (index) => {
    const classDate = classDates[index];
    if (classDate) await deps.temporal.hintClassDate(classDate, 'booked');
  });
}

async function untilMailsAre(count: number): Promise<void> {
  const deadline = Date.now() + GIVE_UP_MS;
  for (;;) {
    const sent = await MailDelivery.count({ where: { state: 'sent' } });
    if (sent >= count) return;
    if (Date.now() > deadline) throw new Error(`Only ${sent} of ${count} mails were sent in ${GIVE_UP_MS / 1000} s.`);
    await sleep(LOOK_MS);
  }
}

const callsSchema = z.array(z.object({ at: z.iso.datetime().transform((at) => Date.parse(at)) }));

/** When Zoom was asked for a meeting, in ms since the epoch. */
async function createCalls({ zoomUrl }: ProcessStack): Promise<number[]> {
  const response = await fetch(`${zoomUrl}/control/calls?operation=meetingCreate`);
  return callsSchema.parse(await response.json()).map(({ at }) => at);
}

async function lastOf(
  model: typeof ZoomAuditLog | typeof MailDelivery,
  column: string,
  where: Record<string, string>,
): Promise<number> {
  const last = await (model as typeof ZoomAuditLog).max<Date, ZoomAuditLog>(column as 'createdAt', { where });
  return new Date(last).getTime();
}

/** The share of the calls that nobody waits longer for. */
export function p99(samples: readonly number[]): number {
  return percentile(samples, 0.99);
}
