import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { canMend, worstFirst, type Finding, type RiskKind } from '../domain/classRisks';
import { classTimes } from '../domain/classTimes';
import { usefulUntil } from '../domain/mails';
import type { ClassDate } from '../models/ClassDate';
import { ClassRisk } from '../models/ClassRisk';
import { MailDelivery } from '../models/MailDelivery';
import { listAdminIds } from '../queries/listAdminIds';
import { noteOutcome } from './noteOutcome';
import { THE_SYSTEM, writeAudit } from './writeAudit';

interface Found {
  readonly findings: readonly Finding[];
  /** the kinds that were looked for: of these, what is not found is over */
  readonly lookedFor: readonly RiskKind[];
  readonly now: Date;
}

/**
 * Brings a class's risks up to what was found, and makes sure that whoever can mend a new one is told once, in one mail
 * however many there are, and the marketplace by the feed. The mails go out with the class's others.
 *
 * @param classDate locked
 * @returns whether there is something to be told
 */
export async function saveRisks(
  deps: Pick<Deps, 'signingKeys'>,
  classDate: ClassDate,
  { findings, lookedFor, now }: Found,
  transaction: Transaction,
): Promise<boolean> {
  const open = await ClassRisk.findAll({ where: { classDateId: classDate.id, isOpen: true }, transaction });
  for (const risk of open.filter(({ kind }) => lookedFor.includes(kind))) {
    const finding = findings.find(({ kind }) => kind === risk.kind);
    if (finding && !(await isAnotherClash(risk, finding, transaction)))
      await risk.update({ detail: finding.detail }, { transaction });
    else await clearRisk(deps, risk, now, transaction);
  }
  const known = open.filter(({ isOpen }) => isOpen).map(({ kind }) => kind);
  const fresh: ClassRisk[] = [];
  for (const { kind, detail } of findings.filter((finding) => !known.includes(finding.kind))) {
    const row = { classDateId: classDate.id, kind, detail, isOpen: true, since: now };
    fresh.push(await ClassRisk.create({ ...row, toldAt: await toldOtherwise(row, now, transaction) }, { transaction }));
    await note(deps, 'risk_found', row, transaction);
  }
  await tellFeed(classDate, fresh, transaction);
  return tell(classDate, fresh, now, transaction);
}

/** A missing connection is told to the feed by the class's reason, which says how it stands until there is a room. */
async function tellFeed(classDate: ClassDate, fresh: readonly ClassRisk[], transaction: Transaction): Promise<void> {
  if (fresh.every(({ kind }) => kind === 'connection')) return;
  const open = await ClassRisk.findAll({ where: { classDateId: classDate.id, isOpen: true }, transaction });
  const risks = open.sort(worstFirst).map(({ kind }) => kind);
  await noteOutcome(classDate, 'class.at_risk', transaction, { risks });
}

export async function clearRisk(
  deps: Pick<Deps, 'signingKeys'>,
  risk: ClassRisk,
  now: Date,
  transaction: Transaction,
): Promise<void> {
  await risk.update({ isOpen: null, clearedAt: now }, { transaction });
  await note(deps, 'risk_cleared', risk, transaction);
}

function note(
  deps: Pick<Deps, 'signingKeys'>,
  action: 'risk_found' | 'risk_cleared',
  { classDateId, kind }: Pick<ClassRisk, 'classDateId' | 'kind'>,
  transaction: Transaction,
): Promise<unknown> {
  const entity = { type: 'class_date', id: classDateId };
  return writeAudit(deps, THE_SYSTEM, { action, entity, metadata: { kind } }, transaction);
}

/**
 * A missing connection is told by its incident, once for all of the teacher's classes; a clash once for the two classes
 * that are in each other's way; an overrun once, though the host leaves and comes back.
 */
async function toldOtherwise(
  { classDateId, kind, detail }: Finding & Pick<ClassRisk, 'classDateId'>,
  now: Date,
  transaction: Transaction,
): Promise<Date | null> {
  if (kind === 'connection') return now;
  if (kind === 'overrun') {
    const former = await ClassRisk.findOne({
      where: { classDateId, kind, detail },
      order: [['id', 'DESC']],
      transaction,
    });
    return former?.toldAt ?? null;
  }
  if (kind !== 'clash') return null;
  return (await areClashesWith(classDateId, classIdsIn(detail), transaction)) ? now : null;
}

/** A class has come in its way of which that one's own rehearsal has not told. */
async function isAnotherClash(
  { classDateId, kind, detail }: ClassRisk,
  found: Finding,
  transaction: Transaction,
): Promise<boolean> {
  if (kind !== 'clash') return false;
  const known = classIdsIn(detail);
  const added = classIdsIn(found.detail).filter((id) => !known.includes(id));
  return !(await areClashesWith(classDateId, added, transaction));
}

/** Whether each of these has an open clash, and with this very class. */
async function areClashesWith(
  classDateId: number,
  others: readonly number[],
  transaction: Transaction,
): Promise<boolean> {
  const where = { classDateId: [...others], kind: 'clash' as const, isOpen: true };
  const clashes = await ClassRisk.findAll({ where, transaction });
  const ids = clashes.filter(({ detail }) => classIdsIn(detail).includes(classDateId)).map((risk) => risk.classDateId);
  return others.every((id) => ids.includes(id));
}

function classIdsIn(detail: string | null): number[] {
  return (detail ?? '').split(' ').map(Number);
}

async function tell(
  classDate: ClassDate,
  fresh: readonly ClassRisk[],
  now: Date,
  transaction: Transaction,
): Promise<boolean> {
  const untold = fresh.filter(({ toldAt }) => toldAt === null);
  const version = Math.max(...untold.map(({ id }) => id));
  const isFor = (who: 'teacher' | 'admin') => untold.some(({ kind }) => canMend(who, kind));
  const userIds = [
    ...(isFor('teacher') ? [classDate.teacherId] : []),
    ...(isFor('admin') ? await listAdminIds(transaction) : []),
  ];
  if (untold.length === 0) return false;
  await ClassRisk.update({ toldAt: now }, { where: { id: untold.map(({ id }) => id) }, transaction });
  await MailDelivery.bulkCreate(
    userIds.map((userId) => ({
      classDateId: classDate.id,
      recipientKey: `user:${userId}`,
      userId,
      kind: 'class_at_risk' as const,
      version,
      state: 'queued' as const,
      messageKey: randomBytes(16).toString('hex'),
      createdAt: now,
      nextAttemptAt: now,
      usefulUntil: usefulUntil('class_at_risk', classTimes(classDate), now),
    })),
    { ignoreDuplicates: true, transaction },
  );
  return true;
}
