import { NotFoundError } from '../../errors';
import { presentExternalAttendance } from '../../presenters/externalAttendance';
import { buyerNames } from '../../queries/buyersAsNamed';
import { requireClassDateOf } from '../../queries/externalBookings';
import { findAttendancePage } from '../../queries/findAttendancePage';
import { paths } from '../paths';
import { NO_BODY, operation } from './operation';
import { attendance, classDatePath, noQuery } from './schemas';

export const attendanceOperations = [
  operation({
    id: 'getAttendance',
    method: 'GET',
    path: paths.apiAttendance,
    scope: 'attendance:read',
    summary: 'Read who was in a class',
    description:
      'Provisional while the class runs and until it is settled, which is 90 minutes after its end as a rule. Each later revision is told in the feed as attendance.revised.',
    params: classDatePath,
    query: noQuery,
    body: NO_BODY,
    replies: { 200: { description: 'The attendance.', schema: attendance } },
    problems: [],
    handle: async ({ deps, customer, params }) => {
      const id = { customer, orderId: params.order, classDateId: params.classDate };
      const { order, classDate } = await requireClassDateOf(id);
      const page = await findAttendancePage(classDate.id, null, deps.clock.now());
      if (!page) throw new NotFoundError('This order has no such class date.');
      const buyers = await buyerNames(
        order,
        page.record.passes.flatMap(({ userId }) => userId ?? []),
      );
      return { status: 200, body: presentExternalAttendance(order, page, buyers) };
    },
  }),
];
