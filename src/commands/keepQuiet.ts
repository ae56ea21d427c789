import { randomBytes } from 'node:crypto';
import { Op, type CreationAttributes, type Transaction } from 'sequelize';
import { classTimes, type ClassSchedule } from '../domain/classTimes';
import { readReminders, reminderDueAt } from '../domain/furtherReminders';
import { usefulUntil, type ClassMailKind } from '../domain/mails';
import { changeFor, isNewTeacher, isReminded, lastTold, type ClassToTell, type ToldRow } from '../domain/told';
import type { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import type { ZoomSecureToken } from '../models/ZoomSecureToken';
import { byRecipient, readLedger } from '../queries/readLedger';
import { personKey } from '../security/joinPass';
import { toldColumns } from './toldColumns';

/** Why a row of the ledger was never a mail. */
const KEPT_QUIET = 'kept quiet by whoever made the change';
const BOOKED_WITH = 'had the class from its booking on';

/**
 * Notes for everybody who would have been mailed about this edit that they are taken to know. Whoever still waits to hear
 * of an earlier one hears of both.
 *
 * @param classDate as it is from now on, locked
 */
export async function keepQuiet(
  classDate: ClassDate,
  former: ClassToTell & ClassSchedule,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  const ledger = await readLedger(classDate.id, transaction);
  const notes: CreationAttributes<MailDelivery>[] = [];
  for (const rows of byRecipient(ledger).values()) {
    const [first] = rows;
    if (!first || changeFor(rows, former) !== null) continue;
    const change = changeFor(rows, classDate);
    if (change) notes.push(noteFor(first, change, classDate, now, KEPT_QUIET));
    // They have their way in; that it is another time now would make it go out again at once. Before it opens, it should.
    if (change && now >= classTimes(classDate).opensAt && isReminded(rows, classTimes(former).opensAt)) {
      notes.push(noteFor(first, reminderOf(first), classDate, now, KEPT_QUIET));
    }
  }
  if (isNewTeacher(ledger, classDate)) {
    notes.push(noteFor(teacherRow(classDate.teacherId), 'teacher_assigned', classDate, now, KEPT_QUIET));
  }
  await MailDelivery.bulkCreate(notes, { ignoreDuplicates: true, transaction });
}

/**
 * Notes that the new buyer of an order is taken to have what the former one had been sent of a class, the way in or a
 * further reminder. What is still to come comes to them in its time.
 */
export async function keepQuietTo(
  pass: ZoomSecureToken,
  classDate: ClassDate,
  { formerId, now }: { readonly formerId: number; readonly now: Date },
  transaction: Transaction,
): Promise<void> {
  const rows = byRecipient(await readLedger(classDate.id, transaction)).get(`user:${formerId}`) ?? [];
  const to = { recipientKey: personKey(pass), passId: pass.id, userId: null };
  const { opensAt, startsAt } = classTimes(classDate);
  const early = readReminders(classDate.furtherReminders).filter((minutes) => {
    const dueAt = reminderDueAt(startsAt, minutes);
    return dueAt <= now && isReminded(rows, dueAt, true);
  });
  const notes = early.map((minutesBefore) => ({
    ...noteFor(to, 'early_reminder', classDate, now, KEPT_QUIET),
    minutesBefore,
  }));
  if (isReminded(rows, opensAt))
    notes.push({ ...noteFor(to, 'class_reminder', classDate, now, KEPT_QUIET), minutesBefore: 0 });
  await MailDelivery.bulkCreate(notes, {
    // One who had the order before may have a row that was to go out again.
    updateOnDuplicate: [
      'state',
      'lastError',
      'toldAt',
      'toldStartsAt',
      'toldDurationMinutes',
      'toldTeacherId',
      'toldOff',
    ],
    transaction,
  });
}

/** Whoever had the class from its booking on knows so without a mail; now that it is another's, they have to be told. */
export async function noteFormerTeacher(
  classDate: ClassDate,
  former: ClassToTell & ClassSchedule,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  const ledger = await readLedger(classDate.id, transaction);
  if (lastTold(ledger.filter(({ userId }) => userId !== null))) return;
  const about = { ...former, id: classDate.id, scheduleVersion: classDate.scheduleVersion - 1 };
  const row = noteFor(teacherRow(former.teacherId), 'teacher_assigned', about, now, BOOKED_WITH);
  await MailDelivery.bulkCreate([row], { ignoreDuplicates: true, transaction });
}

/** What waits in the queue waits until no further edit is expected: it tells what is so then. */
export async function holdMails({ id, gathersUntil }: ClassDate, transaction: Transaction): Promise<void> {
  if (!gathersUntil) return;
  await MailDelivery.update(
    { nextAttemptAt: gathersUntil },
    {
      where: {
        classDateId: id,
        state: 'queued',
        kind: { [Op.notIn]: ['new_link', 'class_at_risk'] },
        nextAttemptAt: { [Op.lt]: gathersUntil },
      },
      transaction,
    },
  );
}

type Recipient = Pick<ToldRow, 'recipientKey' | 'passId' | 'userId'>;

function teacherRow(teacherId: number): Recipient {
  return { recipientKey: `user:${teacherId}`, passId: null, userId: teacherId };
}

function reminderOf({ userId, recipientKey }: Recipient): ClassMailKind {
  if (userId !== null) return 'teacher_start';
  return recipientKey.startsWith('guest:') ? 'guest_invitation' : 'class_reminder';
}

function noteFor(
  { recipientKey, passId, userId }: Recipient,
  kind: ClassMailKind,
  about: ClassToTell & ClassSchedule & Pick<ClassDate, 'id' | 'scheduleVersion'>,
  now: Date,
  lastError: string,
): CreationAttributes<MailDelivery> {
  return {
    ...{ classDateId: about.id, recipientKey, passId, userId, kind, version: about.scheduleVersion },
    ...{ state: 'skipped', lastError, messageKey: randomBytes(16).toString('hex') },
    ...{ nextAttemptAt: now, usefulUntil: usefulUntil(kind, classTimes(about), now) },
    ...toldColumns(about, now),
  };
}
