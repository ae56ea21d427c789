import { attendanceOperations } from './attendance';
import { classDateOperations } from './classDates';
import { eventOperations } from './events';
import { joinLinkOperations } from './joinLinks';
import type { Operation } from './operation';
import { orderOperations } from './orders';

/** Everything that programs can do, in the order in which the document tells it. */
export const OPERATIONS: readonly Operation[] = [
  ...orderOperations,
  ...classDateOperations,
  ...joinLinkOperations,
  ...attendanceOperations,
  ...eventOperations,
];
