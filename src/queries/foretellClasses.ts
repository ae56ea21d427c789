import type { Sequelize } from 'sequelize';
import { isToCome } from '../domain/classStates';
import type { Finding } from '../domain/classRisks';
import { classTimes } from '../domain/classTimes';
import { comingMails } from '../domain/comingMails';
import { foretellMails, foretellRisks, type ForetoldMail, type ForetoldRisk } from '../domain/foretelling';
import { groupBy } from '../domain/groupBy';
import type { ToldRow } from '../domain/told';
import { ClassDate } from '../models/ClassDate';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { personKey } from '../security/joinPass';
import { findOpenRisks } from './findClassRisks';
import { findRisksOfMany } from './findRisks';
import { readLedgers } from './readLedger';

interface Foretold {
  readonly risks: readonly ForetoldRisk[];
  readonly mails: readonly ForetoldMail[];
}

type Pass = Pick<ZoomSecureToken, 'userId' | 'guestId'>;

/** The teacher is in the room, too. */
const HOST = 1;

/**
 * What is wrong with classes that are to come, and who would be mailed about them if nothing changes, by class date. It
 * reads our own rows only: what Zoom alone knows is found when a rehearsal asks it.
 */
export async function foretellClasses(
  db: Sequelize,
  classDateIds: readonly number[],
  now: Date,
): Promise<Map<number, Foretold>> {
  const classDates = await ClassDate.findAll({ where: { id: [...classDateIds] }, order: ['id'] });
  const passesOf = await readPasses(classDateIds);
  const findingsOf = await readFindings(db, classDates, passesOf, now);
  const openOf = await findOpenRisks(classDateIds);
  const ledgers = await readLedgers(classDateIds);
  const connected = await readConnected(classDates);
  return new Map(
    classDates.map((classDate) => {
      const { id, teacherId } = classDate;
      const mails = mailsOf(classDate, passesOf.get(id) ?? [], connected.has(teacherId), now);
      const planned = plannedIn(ledgers.get(id) ?? [], classDate);
      const rehearsed = rehearsedOf(classDate, openOf.get(id)?.length ?? 0);
      return [
        id,
        {
          risks: foretellRisks(findingsOf.get(id) ?? [], rehearsed, now),
          mails: mails.filter((mail) => !planned.has(mailKey({ ...mail, recipientKey: mail.to }))),
        },
      ];
    }),
  );
}

async function readPasses(classDateIds: readonly number[]): Promise<Map<number, Pass[]>> {
  const passes = await ZoomSecureToken.findAll({
    where: { classDateId: [...classDateIds], revokedAt: null },
    attributes: ['classDateId', 'userId', 'guestId'],
    order: ['id'],
    raw: true,
  });
  return groupBy(passes, (pass) => pass.classDateId);
}

async function readFindings(
  db: Sequelize,
  classDates: readonly ClassDate[],
  passesOf: ReadonlyMap<number, readonly Pass[]>,
  now: Date,
): Promise<Map<number, Finding[]>> {
  const asked = classDates
    .filter((classDate) => isToCome(classDate, classDate.startsAt) && classDate.startsAt > now)
    .map((classDate) => ({ classDate, host: null, people: HOST + (passesOf.get(classDate.id)?.length ?? 0) }));
  const findings = await findRisksOfMany(db, asked, now);
  return new Map(asked.map(({ classDate }, index) => [classDate.id, findings[index] ?? []]));
}

async function readConnected(classDates: readonly ClassDate[]): Promise<Set<number>> {
  const userId = [...new Set(classDates.map(({ teacherId }) => teacherId))];
  const connections = await ZoomConnection.findAll({ where: { userId, state: 'connected' }, attributes: ['userId'] });
  return new Set(connections.map((connection) => connection.userId));
}

function mailsOf(classDate: ClassDate, passes: readonly Pass[], connected: boolean, now: Date): ForetoldMail[] {
  const { state, closedAt, furtherReminders, teacherId } = classDate;
  const people = {
    buyers: passes.filter(({ userId }) => userId !== null).map(personKey),
    guests: passes.filter(({ guestId }) => guestId !== null).map(personKey),
    teacher: `user:${teacherId}`,
  };
  const coming = comingMails({ state, closedAt, schedule: classDate, furtherReminders }, now);
  return foretellMails(coming, people, { connected, opensAt: classTimes(classDate).opensAt });
}

function plannedIn(ledger: readonly ToldRow[], { scheduleVersion }: ClassDate): Set<string> {
  return new Set(ledger.filter(({ version }) => version === scheduleVersion).map(mailKey));
}

function mailKey({ kind, minutesBefore, recipientKey }: Pick<ToldRow, 'kind' | 'minutesBefore' | 'recipientKey'>) {
  return `${kind} ${minutesBefore} ${recipientKey}`;
}

function rehearsedOf(classDate: ClassDate, openRisks: number) {
  const { state, endedAt, version, rehearsedAt, rehearsedVersion, rehearseNotBefore } = classDate;
  const rehearsal = { doneAt: rehearsedAt, version: rehearsedVersion, notBefore: rehearseNotBefore, openRisks };
  return { state, endedAt, version, rehearsal, schedule: classDate };
}
