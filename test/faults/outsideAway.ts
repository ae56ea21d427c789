import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../../src/dev/mailbox/faults';
import type { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import { inBatches } from '../support/inBatches';
import type { ProcessStack } from '../support/processStack';
import { addFault } from './addFault';

/** What is not ours, and goes away while everything of ours works. */
export const OUTSIDE = ['Zoom', 'mail server'] as const;
export type Outside = (typeof OUTSIDE)[number];

const HINTS_AT_ONCE = 20;
/** So long they look, and try in vain, when the time of the outage has passed. */
const LOOKS_MS = 5_000;

export function isOutside(away: string): away is Outside {
  return (OUTSIDE as readonly string[]).includes(away);
}

export async function takeAway(stack: ProcessStack, part: Outside): Promise<void> {
  if (part === 'mail server') return addMailFault(stack, { kind: 'down' });
  for (const operation of [{}, { operation: 'tokenRefresh' }]) {
    await addFault(stack.zoomUrl, { kind: 'status', status: 503, ...operation });
  }
}

export async function bringBack({ zoomUrl, mailboxUrl }: ProcessStack, part: Outside): Promise<void> {
  const faults = part === 'Zoom' ? `${zoomUrl}/control/faults` : `${mailboxUrl}/api/faults`;
  const response = await fetch(faults, { method: 'DELETE' });
  if (!response.ok) throw new Error(`The ${part} does not come back: ${response.status}.`);
}

/**
 * MySQL's rows have aged, and Temporal's timers have not: whoever would have woken meanwhile is woken now, and finds what
 * it needs still away.
 */
export async function lookThrough(stack: ProcessStack, herd: readonly ClassDate[]): Promise<void> {
  await inBatches(herd.length, HINTS_AT_ONCE, async (index) => {
    const classDate = herd[index];
    if (classDate) await stack.deps.temporal.hintClassDate(classDate, 'time has passed');
  });
  await wakeIncidents(stack);
  await sleep(LOOKS_MS);
}

/** After a quarter of an hour an incident looks every five minutes whether its cause is gone: one of those looks is now. */
export async function wakeIncidents({ deps }: ProcessStack): Promise<void> {
  for (const incident of await Incident.findAll()) await deps.temporal.hintIncident(incident, 'time has passed');
}

/** An outage that nobody noticed would prove nothing. */
export async function expectAway(away: string): Promise<void> {
  const done =
    away === 'mail server'
      ? await MailDelivery.count({ where: { state: 'sent' } })
      : await ZoomAuditLog.count({ where: { action: 'meeting_created' } });
  if (done > 0)
    throw new Error(`It was to be an outage of ${away}, and ${done} of what needs it was done all the same.`);
}

export async function addMailFault({ mailboxUrl }: ProcessStack, fault: Fault): Promise<void> {
  const response = await fetch(`${mailboxUrl}/api/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new Error(`The mailbox does not take this fault: ${await response.text()}`);
}
