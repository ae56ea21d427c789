import type { ClassEditKind } from '../domain/classEdits';
import { BookOrder } from '../models/BookOrder';
import { findHearers } from './findHearers';
import { findRecipientNames } from './findRecipientNames';
import { withNames, type ClassRow } from './listClassDates';
import { listComingClassDates } from './listOpenClassDates';

/** An order for whoever is about to change it with all its class dates that are still to come. */
export interface OrderToEdit {
  readonly order: BookOrder;
  readonly coming: readonly ClassRow[];
  /** the names of those who will be mailed */
  readonly hearing: readonly string[];
}

export async function findOrderEdit(
  orderId: number,
  kind: Extract<ClassEditKind, 'teacher' | 'cancellation'>,
): Promise<OrderToEdit | null> {
  const order = await BookOrder.findByPk(orderId);
  if (!order) return null;
  const coming = await listComingClassDates(orderId, null);
  const hearing = await findHearers(coming, kind);
  return { order, coming: await withNames(coming), hearing: await findRecipientNames(hearing) };
}
