import type { MailKind } from '../domain/mails';
import { lastTold, toldIn, type Told } from '../domain/told';
import type { MailDelivery } from '../models/MailDelivery';
import { User } from '../models/User';
import { byRecipient, readLedger } from './readLedger';

/** What somebody was told of a class before the mail in question. */
export interface ToldBefore {
  readonly told: Told;
  /** of the teacher they were told of */
  readonly teacherName: string;
}

const OF_A_CHANGE: readonly MailKind[] = [
  'rescheduled',
  'reopened',
  'cancelled',
  'teacher_assigned',
  'teacher_released',
];

/** By row id, for mails of a change; the many mails of a class that opens need not know it. */
export async function loadToldBefore(rows: readonly MailDelivery[]): Promise<Map<number, ToldBefore>> {
  const found = new Map<number, ToldBefore>();
  const changes = rows.filter(({ kind }) => OF_A_CHANGE.includes(kind));
  const classDateId = changes[0]?.classDateId ?? null;
  if (classDateId === null) return found;
  const groups = byRecipient(await readLedger(classDateId));
  for (const { id, recipientKey, kind, version } of changes) {
    // It tells nothing before itself, nor does the mail that it repeats: a repeat says the same as the first.
    const others = (groups.get(recipientKey) ?? []).filter((row) => row.kind !== kind || row.version !== version);
    const last = lastTold(others);
    const told = last && toldIn(last);
    if (told) found.set(id, { told, teacherName: '' });
  }
  const teachers = await User.findAll({ where: { id: [...found.values()].map(({ told }) => told.teacherId) } });
  const names = new Map(teachers.map(({ id, fullName }) => [id, fullName]));
  for (const [id, { told }] of found)
    found.set(id, { told, teacherName: names.get(told.teacherId) ?? 'another teacher' });
  return found;
}
