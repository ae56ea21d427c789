import type { Transaction } from 'sequelize';
import { AccountLink } from '../models/AccountLink';
import { ClassDate } from '../models/ClassDate';
import { Incident } from '../models/Incident';
import { PushEndpoint } from '../models/PushEndpoint';
import { WorkflowOutbox } from '../models/WorkflowOutbox';
import { ZoomConnection } from '../models/ZoomConnection';
import type { Logger } from '../observability/logger';
import type { Temporal } from './temporal';

/** Whose workflow should look again. */
export type HintSubject = MailSubjectId | { readonly connectionId: number } | { readonly pushEndpointId: number };

/** What mails are about. */
export type MailSubjectId =
  { readonly classDateId: number } | { readonly incidentId: number } | { readonly accountLinkId: number };

/** Why a workflow should look again; a word for the person who reads its history. */
export type HintReason =
  | 'booked'
  | 'rescheduled'
  | 'cancelled'
  | 'reopened'
  | 'teacher changed'
  | 'order changed'
  | 'roster changed'
  | 'link asked for'
  | 'mail sent again'
  | 'teacher reconnected'
  | 'teacher connected'
  | 'teacher disconnected'
  | 'meeting started'
  | 'meeting ended'
  | 'meeting deleted'
  | 'meeting updated'
  | 'room put back'
  | 'class before overruns'
  | 'late evidence'
  | 'retry now'
  | 'settings saved'
  | 'incident opened'
  | 'incident closed'
  | 'events published'
  | 'pushed again'
  | 'endpoint well'
  | 'endpoint off'
  | 'teacher disabled'
  | 'teacher enabled'
  | 'invited'
  | 'password reset asked for'
  | 'password changed'
  | 'address changed';

/** Whoever wrote a row has so long to deliver it after the commit; then it is the relay's. */
const WRITERS_OWN_MS = 10_000;

/** Records, in the transaction that makes the change, that a workflow must hear of it. */
export async function addToOutbox(
  subject: HintSubject,
  reason: HintReason,
  transaction: Transaction | null,
): Promise<number> {
  const leaseUntil = new Date(Date.now() + WRITERS_OWN_MS);
  const row = await WorkflowOutbox.create({ ...subject, reason, leaseUntil }, { transaction });
  return row.id;
}

/** A thousand classes may have to hear of one thing. */
const AT_ONCE = 25;

/** A person waits for the page that this is a part of; a Temporal that takes longer is left to the relay. */
const PATIENCE_MS = 1_000;

interface OutboxDeps {
  readonly temporal: Temporal;
  readonly logger: Logger;
}

/**
 * Tells the workflows, after the commit. Never throws and never waits long: what cannot be delivered now stays in the
 * outbox, and the act it belongs to is done all the same.
 */
export async function deliverOutbox(deps: OutboxDeps, ...outboxIds: readonly number[]): Promise<void> {
  for (let from = 0; from < outboxIds.length; from += AT_ONCE) {
    const told = await Promise.all(outboxIds.slice(from, from + AT_ONCE).map((outboxId) => tell(deps, outboxId)));
    // Temporal does not answer: each further try would only wait for its time-out.
    if (!told.includes(true)) return;
  }
}

/** @returns whether the workflow knows */
async function tell({ temporal, logger }: OutboxDeps, outboxId: number): Promise<boolean> {
  try {
    const row = await WorkflowOutbox.findByPk(outboxId);
    if (!row || row.deliveredAt !== null) return true;
    await tellWorkflow(temporal, row, PATIENCE_MS);
    await row.update({ deliveredAt: new Date(), attempts: row.attempts + 1 });
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    // Only its name: a database's message can quote what it was asked to write.
    logger.warn({ outboxId, reason }, 'workflow could not be told now; the outbox keeps it');
    return false;
  }
}

/**
 * Has the workflow that a row of the outbox is about look again.
 *
 * @param withinMs how long Temporal may take
 * @throws when it did not
 */
export async function tellWorkflow(
  temporal: Temporal,
  { classDateId, incidentId, connectionId, pushEndpointId, accountLinkId, reason }: WorkflowOutbox,
  withinMs?: number,
): Promise<void> {
  const attributes = ['id', 'randomKey'];
  if (classDateId !== null) {
    const classDate = await ClassDate.findByPk(classDateId, { attributes });
    if (classDate) await temporal.hintClassDate(classDate, reason, withinMs);
  }
  if (incidentId !== null) {
    const incident = await Incident.findByPk(incidentId, { attributes });
    if (incident) await temporal.hintIncident(incident, reason, withinMs);
  }
  if (connectionId !== null) {
    const connection = await ZoomConnection.findByPk(connectionId, { attributes });
    if (connection) await temporal.hintConnection(connection, reason, withinMs);
  }
  if (pushEndpointId !== null) {
    const endpoint = await PushEndpoint.findByPk(pushEndpointId, { attributes });
    if (endpoint) await temporal.hintPushEndpoint(endpoint, reason, withinMs);
  }
  if (accountLinkId !== null) {
    const link = await AccountLink.findByPk(accountLinkId, { attributes });
    if (link) await temporal.hintAccountLink(link, reason, withinMs);
  }
}
