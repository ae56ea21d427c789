import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { WorkflowOutbox } from '../../src/models/WorkflowOutbox';
import { WorkflowSweep } from '../../src/models/WorkflowSweep';
import { classDateWorkflowId } from '../../src/temporal/workflowIds';
import { eventually } from '../support/eventually';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { PREPARED } from './edits';
import type { Verdict } from './invariants';

const QUIET_MS = 120_000;
/** Whoever wrote a row has it for ten seconds; the relay takes it for thirty more. */
const RELAYS_MS = 15_000;

/**
 * Which workflows have heard of what, by Temporal's own histories, against the outbox; and which run, against the classes.
 *
 * @param left the rows of the outbox that only the relay could deliver
 */
export async function judgeTold({ deps, namespace }: ProcessStack, left: readonly number[]): Promise<Verdict> {
  const undelivered = () => WorkflowOutbox.count({ where: { deliveredAt: null } });
  const connection = await Connection.connect({ address: deps.config.temporal.address });
  try {
    const client = new Client({ connection, namespace });
    await untilSo('everything has been delivered', async () => (await undelivered()) === 0);
    await untilSo('those that are off have ended', async () => {
      const runs = await running(client);
      return runs.length === (await takingPlace()).length;
    });
    const told = await tellings(client);
    const runs = await running(client);
    const ids = (await takingPlace()).map(classDateWorkflowId);
    const swept = (await WorkflowSweep.sum('missing')) + (await Incident.count({ where: { cause: 'sweep_acted' } }));
    const byRelay = await countByRelay(left);
    print(`  ${left.length} words were left to the relay, which told ${byRelay}; ${runs.length} workflows run`);
    const without = (some: readonly string[], others: readonly string[]) => some.filter((one) => !others.includes(one));
    return {
      lost:
        without(told.written, told.heard).length +
        without(ids, runs).length +
        swept +
        left.length -
        byRelay +
        (await undelivered()),
      doubled: without(told.heard, told.written).length + without(runs, ids).length + runs.length - new Set(runs).size,
      late: 0,
    };
  } finally {
    await connection.close();
  }
}

/** What is not so by then is counted. */
async function untilSo(what: string, ask: () => Promise<boolean>): Promise<void> {
  await eventually(what, ask, QUIET_MS, 500).catch(() => print(`  not so: ${what}`));
}

async function takingPlace(): Promise<ClassDate[]> {
  return ClassDate.findAll({ where: { state: 'scheduled' } });
}

/** How many of these rows of the outbox the relay has delivered. */
export async function countByRelay(ids: readonly number[]): Promise<number> {
  const rows = await WorkflowOutbox.findAll({ where: { id: [...ids] } });
  const isRelays = ({ deliveredAt, leaseUntil, createdAt }: WorkflowOutbox) =>
    deliveredAt !== null && leaseUntil !== null && leaseUntil.getTime() - createdAt.getTime() > RELAYS_MS;
  return rows.filter(isRelays).length;
}

/** The ids of the workflows that run, once a run. */
function running(client: Client): Promise<string[]> {
  return idsOf(client, "ExecutionStatus = 'Running' AND WorkflowType = 'classDate'");
}

async function idsOf(client: Client, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}

/** What was to be told, and what was heard, as a class with the reason. */
async function tellings(client: Client): Promise<{ written: string[]; heard: string[] }> {
  const known = new Set(await idsOf(client, "WorkflowType = 'classDate'"));
  const written: string[] = [];
  const heard: string[] = [];
  for (const classDate of await ClassDate.findAll()) {
    const rows = await WorkflowOutbox.findAll({ where: { classDateId: classDate.id } });
    written.push(...rows.map(({ reason }) => `${classDate.id} ${reason}`));
    const workflowId = classDateWorkflowId(classDate);
    const reasons = known.has(workflowId) ? await hintsOf(client, workflowId) : [];
    heard.push(...reasons.filter((reason) => reason !== PREPARED).map((reason) => `${classDate.id} ${reason}`));
  }
  return { written, heard };
}

/** The reasons that a workflow was told, by the history of its last run. */
async function hintsOf(client: Client, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const payload = signal?.input?.payloads?.[0];
    return payload ? [defaultPayloadConverter.fromPayload<string>(payload)] : [];
  });
}
