import type { ClassEditKind } from '../domain/classEdits';
import { ClassDate } from '../models/ClassDate';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { findHearers } from './findHearers';
import { findRecipientNames } from './findRecipientNames';
import { withNames, type ClassRow } from './listClassDates';

/** A class date for whoever is about to change it: how it is, and whom and what that touches. */
export interface ClassToEdit extends ClassRow {
  /** the names of those who will be mailed */
  readonly hearing: readonly string[];
  readonly hasRoom: boolean;
}

export async function findClassEdit(id: number, kind: ClassEditKind): Promise<ClassToEdit | null> {
  const classDate = await ClassDate.findByPk(id);
  const [row] = classDate ? await withNames([classDate]) : [];
  if (!row) return null;
  const [hearing, rooms] = await Promise.all([
    findHearers([row.classDate], kind),
    ZoomMeeting.count({ where: { classDateId: id, isCurrent: true, state: 'created' } }),
  ]);
  return { ...row, hearing: await findRecipientNames(hearing), hasRoom: rooms > 0 };
}
