import { attendanceOperations } from './attendance';
import { classDateOperations } from './classDates';
import { eventOperations } from './events';
import { joinLinkOperations } from './joinLinks';
import type { Operation } from './operation';
import { orderOperations } from './orders';
import { pushEndpointOperations } from './pushEndpoints';
import { studentOperations } from './students';
import { teacherOperations } from './teachers';

/** Everything that programs can do, in the order in which the document tells it. */
export const OPERATIONS: readonly Operation[] = [
  ...teacherOperations,
  ...studentOperations,
  ...orderOperations,
  ...classDateOperations,
  ...joinLinkOperations,
  ...attendanceOperations,
  ...eventOperations,
  ...pushEndpointOperations,
];
