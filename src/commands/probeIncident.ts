import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { Incident } from '../models/Incident';
import { PushEndpoint } from '../models/PushEndpoint';
import { WebhookEvent } from '../models/WebhookEvent';
import { WorkflowSweep } from '../models/WorkflowSweep';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomConnection } from '../models/ZoomConnection';
import { doMailsGoOut } from '../queries/doMailsGoOut';
import { findApiUrl, findZoomApp } from '../queries/findZoomSettings';
import { hasClassToCome } from '../queries/hasClassToCome';
import { isConnected } from '../queries/isConnected';
import { deliverOutbox } from '../temporal/outbox';
import { ZoomMisconfigured, ZoomNeedsReconnect, ZoomNotConfigured } from '../zoom/errors';
import { hasReadableTokens } from '../zoom/freshToken';
import { send } from '../zoom/http';
import { refreshTokens } from '../zoom/oauth';
import { closeIncident } from './closeIncident';
import { hurryMails } from './hurryMails';
import type { Trouble } from './openIncident';

const REACH_TIMEOUT_MS = 10_000;
/** No refresh token: Zoom answers invalid_grant to a client it knows, and invalid_client to another. */
const NO_TOKEN = 'is-the-client-known';

/** Looks whether what an incident is about is still so, and closes it when not. */
export async function probeIncident(deps: Deps, { incidentId }: { incidentId: number }): Promise<'open' | 'closed'> {
  const incident = await Incident.findByPk(incidentId, { rejectOnEmpty: true });
  if (incident.closedAt !== null) return 'closed';
  if (!(await isMended(deps, incident))) return 'open';
  const { cause } = incident;
  const outboxId = await closeIncident(deps, troubleOf(incident), null);
  if (outboxId !== null) await deliverOutbox(deps, outboxId);
  if (cause === 'mail_unreachable') await hurryMails(deps, 'incident closed');
  return 'closed';
}

function troubleOf({ cause, userId, pushEndpointId }: Incident): Trouble {
  return {
    cause,
    ...(userId === null ? {} : { userId }),
    ...(pushEndpointId === null ? {} : { pushEndpointId }),
  };
}

async function isMended(deps: Deps, { cause, userId, pushEndpointId, lastSeenAt }: Incident): Promise<boolean> {
  switch (cause) {
    case 'teacher_connection':
      return userId !== null && isTeacherWell(userId);
    case 'zoom_credentials':
      return zoomKnowsUs(deps);
    case 'zoom_unreachable':
      return zoomAnswers(deps);
    case 'encryption_key':
      return areTokensReadable(deps);
    case 'mail_unreachable':
      return (await succeeds(deps.mailer.verify())) && doMailsGoOut(lastSeenAt, deps.clock.now());
    case 'webhook_secret':
      return heardFromZoomSince(lastSeenAt);
    case 'webhooks_silent':
      return eventCameSince(lastSeenAt);
    case 'sweep_acted':
      return foundAllInOrder(lastSeenAt);
    case 'push_endpoint_off':
      return isEndpointLookedAfter(pushEndpointId);
  }
}

/** Or nobody waits for them. */
async function isTeacherWell(userId: number): Promise<boolean> {
  return (await isConnected(userId)) || !(await hasClassToCome(userId));
}

async function areTokensReadable(deps: Deps): Promise<boolean> {
  const connections = await ZoomConnection.findAll({ where: { state: 'connected' } });
  for (const connection of connections) {
    if (!(await hasReadableTokens(deps, connection))) return false;
  }
  return true;
}

async function zoomKnowsUs(deps: Deps): Promise<boolean> {
  try {
    await refreshTokens(deps.logger, await findZoomApp(deps), NO_TOKEN);
    return true;
  } catch (error) {
    if (error instanceof ZoomMisconfigured || error instanceof ZoomNotConfigured) return false;
    return error instanceof ZoomNeedsReconnect;
  }
}

/** Whatever it says to a caller it does not know: it answers. */
async function zoomAnswers(deps: Deps): Promise<boolean> {
  try {
    const url = `${await findApiUrl(deps)}/users/me`;
    const reply = await send(deps.logger, {
      operation: 'probe',
      method: 'GET',
      url,
      headers: {},
      timeoutMs: REACH_TIMEOUT_MS,
    });
    return reply.status < 500;
  } catch {
    return false;
  }
}

/** The receiver closes it as soon as that happens; this is for when it could not. */
async function heardFromZoomSince(since: Date): Promise<boolean> {
  const validated = { action: 'webhook_url_validated' as const, createdAt: { [Op.gt]: since } };
  return (await eventCameSince(since)) || (await ZoomAuditLog.count({ where: validated })) > 0;
}

/** An address that was validated says nothing of the events that are to come to it. */
async function eventCameSince(since: Date): Promise<boolean> {
  return (await WebhookEvent.count({ where: { createdAt: { [Op.gt]: since } } })) > 0;
}

/** The sweep closes it itself; this is for when it could not. */
async function foundAllInOrder(since: Date): Promise<boolean> {
  return (await WorkflowSweep.count({ where: { missing: 0, stuck: 0, startedAt: { [Op.gt]: since } } })) > 0;
}

/** Somebody has switched it on again, or wants it to stay off. */
async function isEndpointLookedAfter(id: number | null): Promise<boolean> {
  const endpoint = id === null ? null : await PushEndpoint.findByPk(id);
  const reason = endpoint?.offReason ?? null;
  return reason === null || reason === 'by_hand';
}

async function succeeds(attempt: Promise<unknown>): Promise<boolean> {
  try {
    await attempt;
    return true;
  } catch {
    return false;
  }
}
