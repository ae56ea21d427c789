import { randomBytes } from 'node:crypto';
import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ClassDate } from '../models/ClassDate';
import { OrderGuest } from '../models/OrderGuest';
import { OutcomeEvent } from '../models/OutcomeEvent';
import { User } from '../models/User';
import { WorkflowOutbox } from '../models/WorkflowOutbox';
import { ZoomConnection } from '../models/ZoomConnection';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { checkClassDateRows, type OrderedRow } from '../queries/checkClassDateRows';
import { findClassTimeSettings, type ClassTimeSettings } from '../queries/findZoomSettings';
import { newPass } from './newPass';
import { outcomeRow } from './noteOutcome';
import type { ClassDateRow, RowProblem } from './readClassDateRows';
import { withholdNewPasses } from './withheldPasses';
import { writeAudits, type AuditOrigin } from './writeAudit';

const BATCH = 500;

export interface Imported {
  readonly booked: number;
  /** how many were there already */
  readonly there: number;
  readonly problems: readonly RowProblem[];
  /** how many rows were not looked at, because it was told to stop */
  readonly left: number;
}

/**
 * Books the class dates of a file, a batch a commit: whenever it stops, what is booked is whole, and doing it again books
 * the rest and nothing twice. Their workflows are told by the relay.
 */
export async function importClassDates(
  deps: Deps,
  rows: readonly ClassDateRow[],
  origin: AuditOrigin,
  { signal, onBatch }: { signal?: AbortSignal; onBatch?: (done: number) => void } = {},
): Promise<Imported> {
  const times = await findClassTimeSettings();
  const total = { booked: 0, there: 0, problems: [] as RowProblem[] };
  const lines = new Map<string, number>();
  let done = 0;
  while (done < rows.length && signal?.aborted !== true) {
    const some = rows.slice(done, done + BATCH);
    const batch = await inTransaction(deps.db, (transaction) =>
      importBatch(deps, some, { times, lines }, origin, transaction),
    );
    total.booked += batch.booked;
    total.there += batch.there;
    total.problems.push(...batch.problems);
    done += some.length;
    onBatch?.(done);
  }
  return { ...total, left: rows.length - done };
}

async function importBatch(
  deps: Deps,
  rows: readonly ClassDateRow[],
  { times, lines }: { readonly times: ClassTimeSettings; readonly lines: Map<string, number> },
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Omit<Imported, 'left'>> {
  const { toBook, there, problems } = await checkClassDateRows(rows, transaction, lines);
  const classDates = await saveClassDates(toBook, times, transaction);
  const passes = await savePasses(deps, toBook, classDates, transaction);
  await writeAudits(
    deps,
    origin,
    classDates.flatMap(({ id }) => {
      const entity = { type: 'class_date', id };
      const metadata = { count: passes.get(id) ?? 0 };
      return [
        { action: 'class_booked', entity, metadata: { imported: true } } as const,
        { action: 'token_generated', entity, metadata } as const,
      ];
    }),
    transaction,
  );
  await OutcomeEvent.bulkCreate(
    classDates.map((classDate) => outcomeRow(classDate, 'class.booked')),
    { transaction },
  );
  await tell(deps, classDates, transaction);
  return { booked: classDates.length, there, problems };
}

async function saveClassDates(
  rows: readonly OrderedRow[],
  times: ClassTimeSettings,
  transaction: Transaction,
): Promise<ClassDate[]> {
  const made = rows.map(({ row, order }) => {
    const { externalId, localStart, askedLocalStart, timeZone, startsAt, durationMinutes } = row;
    return {
      ...{ randomKey: randomBytes(16).toString('hex'), orderId: order.id, teacherId: order.teacherId, externalId },
      ...{ localStart, askedLocalStart, timeZone, startsAt, durationMinutes, ...times, state: 'scheduled' as const },
    };
  });
  await ClassDate.bulkCreate(made, { transaction });
  // MySQL does not say which ids it gave.
  const randomKey = made.map((one) => one.randomKey);
  return ClassDate.findAll({ where: { randomKey }, order: ['id'], transaction });
}

/** The other columns of a new pass are as the database has them: to name them for each of many would take as long again. */
const PASS_COLUMNS = ['classDateId', 'userId', 'guestId', 'email', 'token', 'keyId', 'epoch'] as const;

/** @returns how many passes each class date has */
async function savePasses(
  deps: Deps,
  rows: readonly OrderedRow[],
  classDates: readonly ClassDate[],
  transaction: Transaction,
): Promise<Map<number, number>> {
  const orderIds = [...new Set(rows.map(({ order }) => order.id))];
  const buyerIds = new Map(rows.map(({ order }) => [order.id, order.userId]));
  const guests = await OrderGuest.findAll({ where: { orderId: orderIds, removedAt: null }, transaction });
  // Locked, so that they are not disabled meanwhile without their new passes being withheld.
  const where = { id: [...new Set(buyerIds.values())] };
  const buyers = await User.findAll({ where, order: ['id'], lock: true, transaction });
  const peopleOf = new Map(
    orderIds.map((orderId) => [
      orderId,
      [
        ...buyers
          .filter(({ id }) => id === buyerIds.get(orderId))
          .map(({ id, email }) => ({ userId: id, guestId: null, email })),
        ...guests
          .filter((guest) => guest.orderId === orderId)
          .map(({ id, email }) => ({ userId: null, guestId: id, email })),
      ],
    ]),
  );
  const passes = classDates.flatMap((classDate) =>
    (peopleOf.get(classDate.orderId) ?? []).map((person) => newPass(deps, classDate, person)),
  );
  await ZoomSecureToken.bulkCreate(passes, { fields: [...PASS_COLUMNS], transaction });
  await withholdNewPasses(buyers, classDates, deps.clock.now(), transaction);
  return new Map(classDates.map(({ id, orderId }) => [id, peopleOf.get(orderId)?.length ?? 0]));
}

/** The relay takes these rows as soon as they are committed, though behind those that have waited since before. */
async function tell({ clock }: Deps, classDates: readonly ClassDate[], transaction: Transaction): Promise<void> {
  const userId = [...new Set(classDates.map(({ teacherId }) => teacherId))];
  const connections = await ZoomConnection.findAll({ where: { userId, state: 'connected' }, transaction });
  const subjects = [
    ...classDates.map(({ id }) => ({ classDateId: id })),
    ...connections.map(({ id }) => ({ connectionId: id })),
  ];
  await WorkflowOutbox.bulkCreate(
    subjects.map((subject) => ({ ...subject, reason: 'booked', leaseUntil: clock.now() })),
    { transaction },
  );
}
