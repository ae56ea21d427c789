import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, ChangedHereError, NotFoundError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import { RefusedEdit } from '../models/RefusedEdit';
import { CLASS_DATE_FIELDS, classDateDigests, lastSent, ORDER_FIELDS, type Digests } from '../queries/externalFields';
import type { ClassEdit } from './changeClass';
import { forgetRefusedEdit } from './keepRefusedEdit';
import { lockOrder } from './lockOrder';
import { putClassDate, type ClassDatePut } from './putClassDate';
import { findWanted, putOrder, type OrderPut } from './putOrder';
import { resolveWallTime } from './resolveWallTime';
import { writeAudit, type AuditOrigin } from './writeAudit';

/** ours: what was changed here stands; theirs: what the marketplace sent. */
export const REFUSED_EDIT_DECISIONS = ['ours', 'theirs'] as const;
export type RefusedEditDecision = (typeof REFUSED_EDIT_DECISIONS)[number];

interface Settlement extends Pick<ClassEdit, 'force' | 'notify'> {
  readonly id: number;
  readonly decision: RefusedEditDecision;
  /** when the edit was refused that whoever decides has before them; without it the last one counts */
  readonly refusedAt?: Date | undefined;
}

/**
 * Decides about an edit that a marketplace was refused, because what it changes had been changed here. Theirs goes through
 * as if the marketplace had accepted to overwrite it. Ours stands: the same content sent again is taken for known, changes
 * nothing, and is refused no more.
 *
 * @throws FieldErrors, NotFoundError, AppError 409
 */
export async function settleRefusedEdit(deps: Deps, settlement: Settlement, origin: AuditOrigin): Promise<void> {
  const edit = await RefusedEdit.findByPk(settlement.id);
  if (!edit) throw new NotFoundError('There is no such edit any more: it was decided, or something else was sent.');
  refuseStale(edit, settlement);
  if (settlement.decision === 'theirs') await takeTheirs(deps, edit, settlement, origin);
  else await keepOurs(deps, edit, origin);
}

function refuseStale(edit: RefusedEdit, { refusedAt }: Settlement): void {
  if (refusedAt === undefined || refusedAt.getTime() === edit.refusedAt.getTime()) return;
  throw new AppError(
    409,
    'changed_meanwhile',
    'The marketplace has sent something else since you opened the page. Look at it, then decide again.',
  );
}

async function takeTheirs(
  deps: Deps,
  edit: RefusedEdit,
  { notify, force }: Settlement,
  origin: AuditOrigin,
): Promise<void> {
  const put = edit.classDateId === null ? orderPutOf(edit) : classDatePutOf(edit);
  // What the marketplace had accepted itself counts still.
  const told = { notify, force, accept: [...put.accept, ...fieldsOf(edit)] };
  try {
    if (edit.classDateId === null) await putOrder(deps, { ...orderPutOf(edit), ...told }, origin);
    else await putClassDate(deps, { ...classDatePutOf(edit), ...told }, origin);
  } catch (error) {
    if (!(error instanceof ChangedHereError)) throw error;
    const message = 'Something else of it has been changed here meanwhile. Look at both again, then decide.';
    throw new AppError(409, 'changed_meanwhile', message);
  }
}

function keepOurs(deps: Deps, edit: RefusedEdit, origin: AuditOrigin): Promise<void> {
  return inTransaction(deps.db, async (transaction) => {
    const { orderId, classDateId } = edit;
    if (classDateId === null) await noteSentOrder(deps, edit, origin, transaction);
    else await noteSentClassDate(edit, classDateId, transaction);
    await forgetRefusedEdit({ orderId, classDateId }, transaction);
    const entity = classDateId === null ? { type: 'book_order', id: orderId } : { type: 'class_date', id: classDateId };
    const metadata = { fields: edit.fields };
    await writeAudit(deps, origin, { action: 'refused_edit_dropped', entity, metadata }, transaction);
  });
}

async function noteSentOrder(
  deps: Deps,
  edit: RefusedEdit,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const order = await lockOrder(edit.orderId, transaction);
  const { wanted } = await findWanted(deps, orderPutOf(edit), origin, transaction);
  const externalFields = withSent(lastSent(order, ORDER_FIELDS), wanted, edit);
  await order.update({ externalFields }, { transaction, silent: true });
}

async function noteSentClassDate(edit: RefusedEdit, classDateId: number, transaction: Transaction): Promise<void> {
  const classDate = await ClassDate.findByPk(classDateId, { lock: true, transaction, rejectOnEmpty: true });
  const { localStart, timeZone, durationMinutes } = classDatePutOf(edit);
  const meant = resolveWallTime(localStart, timeZone)?.localStart ?? localStart;
  const wanted = classDateDigests({ localStart: meant, timeZone, durationMinutes }, false);
  const externalFields = withSent(lastSent(classDate, CLASS_DATE_FIELDS), wanted, edit);
  await classDate.update({ externalFields }, { transaction, silent: true });
}

/** What the marketplace is taken to have sent last: as before, but for the fields that are decided. */
function withSent(sent: Digests | null, wanted: Digests, edit: RefusedEdit): string {
  const decided = fieldsOf(edit).map((name) => [name, wanted[name]]);
  return JSON.stringify({ ...sent, ...Object.fromEntries(decided) });
}

function fieldsOf({ fields }: RefusedEdit): string[] {
  return fields.split(' ');
}

/** @param edit of an order */
export function orderPutOf({ content }: RefusedEdit): OrderPut {
  return JSON.parse(content) as OrderPut;
}

/** @param edit of a class date */
export function classDatePutOf({ content }: RefusedEdit): ClassDatePut {
  return JSON.parse(content) as ClassDatePut;
}
