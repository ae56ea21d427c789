import { Op } from 'sequelize';
import { addMinutes } from '../domain/clock';
import { ClassDate } from '../models/ClassDate';
import type { OrderedRow } from './checkClassDateRows';
import { LONGEST_MINUTES } from './findHostClashes';
import { COMING } from './inStates';

interface Slot {
  readonly teacherId: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** null for a class that is booked */
  readonly line: number | null;
}

/** The lines of those rows that overlap another class of the same teacher, in the file or booked, in the file's order. */
export async function findImportClashes(rows: readonly OrderedRow[]): Promise<number[]> {
  if (rows.length === 0) return [];
  const planned = rows.map(({ row, order }) => slotOf({ ...row, teacherId: order.teacherId }, row.line));
  const slots = [...planned, ...(await bookedAround(planned))];
  slots.sort((one, other) => one.teacherId - other.teacherId || one.startsAtMs - other.startsAtMs);
  const clashing = new Set<Slot>();
  let longest: Slot | undefined;
  for (const slot of slots) {
    if (longest?.teacherId !== slot.teacherId) longest = undefined;
    if (longest && slot.startsAtMs < longest.endsAtMs) clashing.add(slot).add(longest);
    if (!longest || slot.endsAtMs > longest.endsAtMs) longest = slot;
  }
  return planned.flatMap((slot) => (clashing.has(slot) && slot.line !== null ? [slot.line] : []));
}

async function bookedAround(planned: readonly Slot[]): Promise<Slot[]> {
  let [first, last] = [Infinity, -Infinity];
  for (const { startsAtMs, endsAtMs } of planned) {
    first = Math.min(first, startsAtMs);
    last = Math.max(last, endsAtMs);
  }
  const booked = await ClassDate.findAll({
    attributes: ['teacherId', 'startsAt', 'durationMinutes'],
    where: {
      teacherId: [...new Set(planned.map(({ teacherId }) => teacherId))],
      ...COMING,
      startsAt: { [Op.gt]: addMinutes(new Date(first), -LONGEST_MINUTES), [Op.lt]: new Date(last) },
    },
  });
  return booked.map((classDate) => slotOf(classDate, null));
}

function slotOf(
  { teacherId, startsAt, durationMinutes }: Pick<ClassDate, 'teacherId' | 'startsAt' | 'durationMinutes'>,
  line: number | null,
): Slot {
  const endsAtMs = addMinutes(startsAt, durationMinutes).getTime();
  return { teacherId, startsAtMs: startsAt.getTime(), endsAtMs, line };
}
