import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import { addMinutes } from '../../src/domain/clock';
import { classTimes } from '../../src/domain/classTimes';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { personKey } from '../../src/security/joinPass';
import { print } from '../support/report';
import type { ProcessStack } from '../support/processStack';

/** What must be so of prepared classes, counted over everybody who can know: Zoom, the mailbox, MySQL, Temporal. */
export interface Verdict {
  /** a class without a room, a person without a way in or a mail, a workflow that failed */
  readonly lost: number;
  /** a second room of a class, a mail that came as two mails or more than twice */
  readonly doubled: number;
  /** a class or a mail that was not there five minutes after its instant */
  readonly late: number;
}

/** What everybody gets of a class that nobody edits; risks that are found of it are told besides. */
export const OF_ALL = ['class_reminder', 'guest_invitation', 'teacher_start'];

const LATE_AFTER_MINUTES = 5;

const roomsSchema = z.array(z.object({ agenda: z.string(), deleted: z.boolean() }));
const messagesSchema = z.array(z.object({ to: z.string(), subject: z.string(), messageId: z.string() }));

export async function judge(stack: ProcessStack, classDates: readonly ClassDate[]): Promise<Verdict> {
  const judged = {
    rooms: await judgeRooms(stack, classDates),
    passes: await judgePasses(classDates),
    mails: await judgeMails(stack, classDates),
    workflows: await judgeWorkflows(stack),
  };
  for (const [what, { lost, doubled }] of Object.entries(judged)) {
    if (lost + doubled > 0) print(`  ${what}: ${lost} lost, ${doubled} doubled`);
  }
  const verdicts = Object.values(judged);
  const sum = (key: keyof Verdict) => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  return { lost: sum('lost'), doubled: sum('doubled'), late: sum('late') };
}

/** One live meeting a class at Zoom, by the marker in its agenda, and one current row in MySQL. */
async function judgeRooms({ zoomUrl }: ProcessStack, classDates: readonly ClassDate[]): Promise<Verdict> {
  const response = await fetch(`${zoomUrl}/control/meetings`);
  const rooms = roomsSchema.parse(await response.json()).filter(({ deleted }) => !deleted);
  const verdict = { lost: 0, doubled: 0, late: 0 };
  for (const classDate of classDates) {
    const rows = await ZoomMeeting.findAll({ where: { classDateId: classDate.id } });
    const live = rooms.filter(({ agenda }) => rows.some(({ marker }) => agenda.includes(marker))).length;
    const current = rows.filter(({ isCurrent, state }) => isCurrent && state === 'created');
    if (live === 0 || current.length === 0) verdict.lost += 1;
    if (live > 1 || current.length > 1) verdict.doubled += 1;
  }
  return verdict;
}

async function judgePasses(classDates: readonly ClassDate[]): Promise<Verdict> {
  const ids = classDates.map(({ id }) => id);
  return {
    lost: await ZoomSecureToken.count({ where: { classDateId: ids, linkMeetingId: null } }),
    doubled: 0,
    late: 0,
  };
}

/**
 * The ledger against the mailbox. A mail may come twice under one Message-ID: SMTP cannot tell whether a server that
 * fell silent after the last byte has taken it (RFC 1047).
 */
export async function judgeMails(
  { mailboxUrl }: Pick<ProcessStack, 'mailboxUrl'>,
  classDates: readonly ClassDate[],
): Promise<Verdict> {
  const messages = messagesSchema.parse(await (await fetch(`${mailboxUrl}/api/messages`)).json());
  const verdict = { lost: 0, doubled: 0, late: 0 };
  let repeated = 0;
  for (const classDate of classDates) {
    const rows = await MailDelivery.findAll({ where: { classDateId: classDate.id } });
    verdict.lost += await countUnplanned(classDate, rows);
    verdict.doubled +=
      new Set(rows.map(({ recipientKey, kind }) => `${recipientKey} ${kind}`)).size === rows.length ? 0 : 1;
    const lateAfter = addMinutes(classTimes(classDate).opensAt, LATE_AFTER_MINUTES);
    for (const row of rows) {
      const copies = messages.filter(({ messageId }) => messageId.includes(row.messageKey)).length;
      if (copies === 0) verdict.lost += lostAs(row);
      if (copies > 2) verdict.doubled += 1;
      if (copies === 2) repeated += 1;
      if (row.sentAt !== null && row.sentAt > lateAfter) verdict.late += 1;
    }
  }
  const known = new Set(messages.map(({ messageId }) => messageId)).size;
  const people = new Set(messages.map(({ to, subject }) => `${to} ${subject}`)).size;
  verdict.doubled += Math.max(0, known - people);
  if (repeated > 0) print(`  ${repeated} mails came twice under one Message-ID, as RFC 1047 cannot exclude`);
  return verdict;
}

/** A mail for each pass, and the teacher's, that the ledger does not have. */
async function countUnplanned({ id, teacherId }: ClassDate, rows: readonly MailDelivery[]): Promise<number> {
  const passes = await ZoomSecureToken.findAll({ where: { classDateId: id } });
  const planned = new Set(rows.filter(({ kind }) => OF_ALL.includes(kind)).map(({ recipientKey }) => recipientKey));
  return [...passes.map(personKey), `user:${teacherId}`].filter((person) => !planned.has(person)).length;
}

/** A risk that was over before it was told needs no telling. */
function lostAs({ kind, state, lastError }: MailDelivery): number {
  if (kind === 'class_at_risk' && state === 'skipped') return 0;
  print(`  no copy of ${kind}, which is ${state}${lastError ? `: ${lastError}` : ''}`);
  return 1;
}

export async function judgeWorkflows({ deps, namespace }: ProcessStack): Promise<Verdict> {
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    const { count } = await client.workflow.count("ExecutionStatus IN ('Failed', 'Terminated', 'TimedOut')");
    return { lost: count, doubled: 0, late: 0 };
  } finally {
    await connection.close();
  }
}
