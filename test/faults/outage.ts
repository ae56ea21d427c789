import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes } from 'sequelize';
import { classTimes } from '../../src/domain/classTimes';
import { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { bookHerd, connectTeachers, simulatedTeachers } from '../support/classHerd';
import { eventually } from '../support/eventually';
import { letTimePass } from '../support/letTimePass';
import { startOwnServers, type OwnServers } from '../support/ownServers';
import { startProcessStack, type ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { countDeadLinks, countReminded } from './afterOutage';
import { mailsUnderWay } from './experiment';
import { judge, OF_ALL, type Verdict } from './invariants';
import {
  bringBack,
  expectAway,
  isOutside,
  lookThrough,
  OUTSIDE,
  takeAway,
  type Outside,
  wakeIncidents,
} from './outsideAway';

/** What goes away as the classes are about to open: our own servers and the worker are killed outright. */
export type Away = 'everything' | 'Temporal' | 'database' | Outside;

export interface Outage {
  readonly seed: number;
  readonly away: Away;
  readonly minutes: number;
  readonly classes: number;
  readonly recipients: number;
}

export interface OutageResult extends Verdict {
  /** ms from the return until the last class that was not over had its room */
  readonly lastReady: number;
  /** classes that were over when all was back */
  readonly missed: number;
}

/** A class that is over after two hours, and one that is not. */
const SHORT_MINUTES = 60;
const LONG_MINUTES = 240;
/** Whoever has a pass is reminded 25 minutes before the start, with a room or without. */
const REMINDED_MINUTES = 6;
const OPENS_IN_MS = 20_000;
const PER_CLASS_MS = 25;
const SETTLE_MS = 10 * 60_000;

/** Classes that were to open during an outage: what is not over by its end takes place, and the rest says so. */
export async function outage(setting: Outage): Promise<OutageResult> {
  const servers = await startOwnServers();
  try {
    const hosts = simulatedTeachers(Math.max(1, Math.ceil(setting.classes / 10)));
    const options = { users: hosts, seed: setting.seed, behaviour: { enforceQuotas: false } };
    const stack = await startProcessStack(options, servers);
    try {
      const teachers = await connectTeachers(stack.deps, hosts);
      return await liveThrough(setting, servers, stack, teachers);
    } finally {
      await stack.close();
    }
  } finally {
    await servers.close();
  }
}

async function liveThrough(
  setting: Outage,
  servers: OwnServers,
  stack: ProcessStack,
  teachers: Parameters<typeof bookHerd>[1]['teachers'],
): Promise<OutageResult> {
  const { away, minutes, classes, recipients } = setting;
  const worker = await stack.startWorker();
  const opens = new Date(Date.now() + OPENS_IN_MS + classes * PER_CLASS_MS);
  const herd = await bookHerd(stack.deps, { teachers, classes, recipients, opensAt: () => opens });
  await stack.deps.db.query(
    `UPDATE class_dates SET duration_minutes = IF(id % 2 = 0, ${SHORT_MINUTES}, ${LONG_MINUTES})`,
    { type: QueryTypes.UPDATE },
  );
  for (const classDate of herd) await stack.deps.temporal.hintClassDate(classDate, 'booked');
  if (Date.now() > opens.getTime()) throw new Error('Booking took longer than the lead.');
  if (away === 'everything') {
    process.kill(-worker.pid, 'SIGKILL');
    await worker.exited;
  }
  await goAway(away, servers, stack);
  await sleep(opens.getTime() + 5_000 - Date.now());

  if (isGone(away, 'database')) await servers.database.start();
  const before = away === 'Zoom' ? REMINDED_MINUTES : 0;
  if (before > 0) await remindWithoutRoom(stack, herd, before, recipients);
  await eventually('the database answers', () =>
    letTimePass(stack.deps.db, minutes - before).then(
      () => true,
      () => false,
    ),
  );
  if (isOutside(away)) await lookThrough(stack, herd);
  await expectAway(away);
  await comeBack(away, servers, stack);
  const returnedAt = Date.now();
  if (away === 'everything') await stack.startWorker();
  return count(setting, stack, herd, returnedAt);
}

/** So those of the classes that are missed in the end have links that lead to no room. */
async function remindWithoutRoom(
  stack: ProcessStack,
  herd: readonly ClassDate[],
  minutes: number,
  recipients: number,
): Promise<void> {
  await letTimePass(stack.deps.db, minutes);
  await lookThrough(stack, herd);
  const sent = () => MailDelivery.count({ where: { kind: OF_ALL, state: 'sent' } });
  await eventually('everybody is reminded', async () => (await sent()) === herd.length * recipients, SETTLE_MS);
}

function isGone(away: Away, part: Away): boolean {
  return away === part || away === 'everything';
}

async function goAway(away: Away, servers: OwnServers, stack: ProcessStack): Promise<void> {
  for (const part of OUTSIDE) if (isGone(away, part)) await takeAway(stack, part);
  if (isGone(away, 'Temporal')) await servers.temporal.kill();
  if (isGone(away, 'database')) await servers.database.kill();
}

/** The database has come back by then. */
async function comeBack(away: Away, servers: OwnServers, stack: ProcessStack): Promise<void> {
  for (const part of OUTSIDE) if (isGone(away, part)) await bringBack(stack, part);
  if (isOutside(away)) await wakeIncidents(stack);
  if (isGone(away, 'Temporal')) await servers.temporal.start();
}

async function count(
  { away, minutes, recipients }: Outage,
  stack: ProcessStack,
  herd: readonly ClassDate[],
  returnedAt: number,
): Promise<OutageResult> {
  const rows = await ClassDate.findAll({ where: { id: herd.map(({ id }) => id) } });
  const goOn = rows.filter((row) => classTimes(row).endsAt.getTime() > returnedAt);
  const ids = goOn.map(({ id }) => id);
  // Without a room it was missed; with one, and without mails, nobody came.
  const over = away === 'mail server' ? 'ended' : 'missed';
  const states = (state: string) => ClassDate.count({ where: { state } });
  await eventually(
    'every class is prepared or over',
    async () => {
      return (await states('ready')) >= goOn.length && (await states(over)) >= rows.length - goOn.length;
    },
    SETTLE_MS,
  );
  // Who is waited for in vain is asked after, which is one more mail to the teacher.
  const late = goOn.filter((row) => classTimes(row).watchesAt.getTime() < returnedAt).length;
  const mails = goOn.length * (recipients + 1) + late;
  // Not that two classes of a teacher overlap, which they were told as well.
  const kind = ['class_reminder', 'guest_invitation', 'teacher_start', 'teacher_not_started'];
  const told = () => MailDelivery.count({ where: { classDateId: ids, kind, state: ['sent', 'unknown'] } });
  const unlinked = () => ZoomSecureToken.count({ where: { classDateId: ids, linkMeetingId: null } });
  const ready = async () => (await told()) >= mails && (await unlinked()) === 0 && (await mailsUnderWay(ids)) === 0;
  // What is not so by then is the judge's to count.
  await eventually('everybody has been told and has a way in', ready, SETTLE_MS).catch(() => undefined);
  const madeAt = await ZoomAuditLog.max<Date, ZoomAuditLog>('createdAt', {
    where: { action: ['meeting_created', 'meeting_adopted'] },
  });
  const lastReady = new Date(madeAt).getTime() - returnedAt;
  const missed = rows.length - goOn.length;
  print(
    `  ${minutes} minutes without ${away}: ${goOn.length} classes prepared ${Math.max(0, lastReady)} ms after its return, ${missed} over`,
  );
  const verdict = await judge(stack, await Promise.all(goOn.map((classDate) => classDate.reload())));
  const tooMany = Math.max(0, (await states(over)) - missed);
  const unexplained = await countUnexplained(stack, away, { goOn, over: rows.filter((row) => !goOn.includes(row)) });
  return { ...verdict, lost: verdict.lost + tooMany + unexplained, lastReady, missed };
}

/** Links that lead nowhere, and people who were reminded of a class that was missed and do not know. */
async function countUnexplained(
  stack: ProcessStack,
  away: Away,
  classes: { readonly goOn: readonly ClassDate[]; readonly over: readonly ClassDate[] },
): Promise<number> {
  const allKnow = async () => (await countReminded(classes.over)).unaware === 0;
  // What is not so by then is counted.
  await eventually('those who were reminded know', allKnow, SETTLE_MS).catch(() => undefined);
  const { reminded, unaware } = await countReminded(classes.over);
  const dead = await countDeadLinks(stack, classes);
  print(`  ${dead} links lead nowhere; ${unaware} of ${reminded} who were reminded of a missed class do not know`);
  if (away === 'Zoom' && classes.over.length > 0 && reminded === 0)
    throw new Error('Nobody was reminded of a class that was missed: there is nothing to judge.');
  return dead + unaware;
}
