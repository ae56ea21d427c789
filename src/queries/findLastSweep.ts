import { WorkflowSweep } from '../models/WorkflowSweep';

export function findLastSweep(): Promise<WorkflowSweep | null> {
  return WorkflowSweep.findOne({ order: [['id', 'DESC']] });
}
