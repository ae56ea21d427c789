import { addGuests } from '../../src/commands/addGuests';
import { cancelClass } from '../../src/commands/cancelClass';
import type { ClassEdit } from '../../src/commands/changeClass';
import { changeOrder, type OrderChange } from '../../src/commands/changeOrder';
import { changeTeacher } from '../../src/commands/changeTeacher';
import { correctGuest } from '../../src/commands/correctGuest';
import { removeGuest } from '../../src/commands/removeGuest';
import { reopenClass } from '../../src/commands/reopenClass';
import { rescheduleClass, type Reschedule } from '../../src/commands/rescheduleClass';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';

type More<Edit> = Partial<Omit<Edit, 'classDateId'>>;

/** The edits of a class date in UTC and of the people of its order, by the commands that admins' pages use. */
export function classEdits(deps: Deps) {
  return {
    move: async (classDate: ClassDate, minutes: number, more: More<Reschedule> = {}) => {
      const { startsAt } = await classDate.reload();
      const localStart = addMinutes(startsAt, minutes).toISOString().slice(0, 16);
      return rescheduleClass(deps, { classDateId: classDate.id, localStart, ...more }, THE_SYSTEM);
    },
    cancel: ({ id }: ClassDate, more: More<ClassEdit> = {}) =>
      cancelClass(deps, { classDateId: id, ...more }, THE_SYSTEM),
    reopen: ({ id }: ClassDate, more: More<Reschedule> = {}) =>
      reopenClass(deps, { classDateId: id, ...more }, THE_SYSTEM),
    give: ({ id }: ClassDate, to: { readonly id: number }, more: More<ClassEdit> = {}) =>
      changeTeacher(deps, { classDateId: id, teacherId: to.id, ...more }, THE_SYSTEM),
    sell: ({ orderId }: ClassDate, to: { readonly id: number }, more: Partial<OrderChange> = {}) =>
      changeOrder(deps, { orderId, buyerId: to.id, ...more }, THE_SYSTEM),
    addGuest: ({ orderId }: ClassDate, address: string) => addGuests(deps, { orderId, text: address }, THE_SYSTEM),
    removeGuest: ({ id: guestId }: { readonly id: number }) => removeGuest(deps, { guestId }, THE_SYSTEM),
    correctGuest: ({ id: guestId }: { readonly id: number }, email: string) =>
      correctGuest(deps, { guestId, email }, THE_SYSTEM),
  };
}
