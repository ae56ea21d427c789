import { Op } from 'sequelize';
import { addMinutes } from '../domain/clock';
import { BREAK_MINUTES, clashOf, type ClashKind } from '../domain/hostClashes';
import { ClassDate } from '../models/ClassDate';
import { COMING } from './inStates';
import { withNames, type ClassRow } from './listClassDates';

/** A class that is there (`id`), or one that somebody is about to book or to move. */
export interface PlannedClass {
  readonly id?: number;
  readonly teacherId: number;
  readonly startsAt: Date;
  readonly durationMinutes: number;
}

export interface HostClash extends ClassRow {
  readonly kind: ClashKind;
}

/** The longest class there is. */
export const LONGEST_MINUTES = 1440;

/**
 * The other classes of the same hosts that overlap with these or leave no break, for each of these in their order. A class
 * that Zoom says still runs past its end counts until now.
 */
export async function findHostClashes(planned: readonly PlannedClass[], now: Date): Promise<HostClash[][]> {
  const coming = planned.filter((one) => endsAt(one) > now);
  if (coming.length === 0) return planned.map(() => []);
  const starts = coming.map(({ startsAt }) => startsAt.getTime());
  const ends = coming.map((one) => endsAt(one).getTime());
  const others = await ClassDate.findAll({
    where: {
      teacherId: [...new Set(coming.map(({ teacherId }) => teacherId))],
      ...COMING,
      startsAt: {
        [Op.gt]: addMinutes(new Date(Math.min(...starts)), -LONGEST_MINUTES - BREAK_MINUTES),
        [Op.lt]: addMinutes(new Date(Math.max(...ends)), BREAK_MINUTES),
      },
    },
    order: ['startsAt', 'id'],
  });
  const rows = await withNames(others);
  return planned.map((one) => (endsAt(one) > now ? clashesOf(one, rows, now) : []));
}

function clashesOf(planned: PlannedClass, rows: readonly ClassRow[], now: Date): HostClash[] {
  const slot = { startsAt: planned.startsAt, endsAt: endsAt(planned) };
  return rows.flatMap((row) => {
    const { id, teacherId, startsAt, state } = row.classDate;
    if (id === planned.id || teacherId !== planned.teacherId) return [];
    const end = endsAt(row.classDate);
    const kind = clashOf(slot, { startsAt, endsAt: state === 'live' && now > end ? now : end });
    return kind === null ? [] : [{ ...row, kind }];
  });
}

function endsAt({ startsAt, durationMinutes }: PlannedClass): Date {
  return addMinutes(startsAt, durationMinutes);
}
