import { Op, UniqueConstraintError, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import { ENDPOINT_FIELDS, endpointDigests, lastSent, tagOf, type EndpointContent } from '../queries/externalFields';
import { findEndpointOf, type ExternalEndpointId } from '../queries/externalPushEndpoints';
import { deliverOutbox } from '../temporal/outbox';
import { changePushEndpointIn } from './changePushEndpoint';
import { checkPushEndpoint, type CheckedPushEndpoint } from './checkPushEndpoint';
import { createPushEndpointIn } from './createPushEndpoint';
import { giveUpPushes } from './giveUpPushes';
import { checkTag, fieldsToChange, type Precondition } from './preconditions';
import { endSwitchOff, switchOffIn } from './switchOffPushEndpoint';
import { switchOnIn } from './switchOnPushEndpoint';
import type { AuditOrigin } from './writeAudit';

export interface PushEndpointPut extends ExternalEndpointId, EndpointContent, Precondition {}

export interface PushEndpointPutDone {
  readonly endpoint: PushEndpoint;
  readonly created: boolean;
  /** of one that is new, shown this once */
  readonly secret: string | null;
}

interface Done extends PushEndpointPutDone {
  readonly outboxIds: readonly number[];
}

/** Each event goes to every endpoint that hears of it, so somebody's programs may have so many. */
const ENDPOINTS_MAX = 20;

/**
 * Brings an endpoint to what a marketplace's program says it is, in one commit: made if it is new, changed where it differs,
 * left alone where it does not.
 *
 * @throws FieldErrors, ChangedHereError, AppError 409 and 412; nothing has been saved then
 */
export async function putPushEndpoint(
  deps: Deps,
  put: PushEndpointPut,
  origin: AuditOrigin,
): Promise<PushEndpointPutDone> {
  const known = await findEndpointOf(put);
  // Not in the transaction: its name is looked up.
  const checked = await checkPushEndpoint(deps, put, known ? lookedAt(put, known) : undefined);
  const wanted = { ...put, ...checked };
  // What was being given up when it went off is done before it is on again.
  if (known?.state === 'off' && put.enabled) await giveUpPushes(deps, known.id);
  const work = () => inTransaction(deps.db, (transaction) => putIn(deps, wanted, origin, transaction));
  const { outboxIds, ...done } = await onceMore(work);
  if (done.endpoint.state === 'off') await endSwitchOff(deps, done.endpoint.id, outboxIds);
  else await deliverOutbox(deps, ...outboxIds);
  return done;
}

/** The address that need not be looked at again: the present one, or that which the program has sent before. */
function lookedAt(put: PushEndpointPut, known: PushEndpoint): string {
  return lastSent(known, ENDPOINT_FIELDS)?.url === endpointDigests(put).url ? put.url : known.url;
}

/** Two calls may make the same endpoint at once: whoever was second finds it the second time. */
async function onceMore(work: () => Promise<Done>): Promise<Done> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UniqueConstraintError) return work();
    throw error;
  }
}

type Wanted = PushEndpointPut & CheckedPushEndpoint;

async function putIn(deps: Deps, put: Wanted, origin: AuditOrigin, transaction: Transaction): Promise<Done> {
  const known = await findEndpointOf(put, transaction);
  if (known) {
    const outboxIds = await change(deps, put, known, origin, transaction);
    return { endpoint: known, created: false, secret: null, outboxIds };
  }
  checkTag(put, null);
  const { customer, externalId, revision } = put;
  // They can do nothing about those that an admin has made.
  const theirs = { customer, externalId: { [Op.ne]: null } };
  if ((await PushEndpoint.count({ where: theirs, transaction })) >= ENDPOINTS_MAX) {
    throw new AppError(409, 'too_many_endpoints', `There are ${ENDPOINTS_MAX} endpoints of yours. Delete one first.`);
  }
  const named = { externalId, externalRevision: revision, externalFields: JSON.stringify(endpointDigests(put)) };
  const { endpoint, secret } = await createPushEndpointIn(deps, { ...put, ...named }, origin, transaction);
  // With what the database filled in.
  await endpoint.reload({ transaction });
  const outboxIds = put.enabled ? [] : await switchOffIn(deps, endpoint, origin, transaction);
  return { endpoint, created: true, secret, outboxIds };
}

/** @param endpoint locked */
async function change(
  deps: Deps,
  put: Wanted,
  endpoint: PushEndpoint,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<number[]> {
  const { url, types, state } = endpoint;
  const current = endpointDigests({ url, types: types.split(','), enabled: state === 'on' });
  checkTag(put, tagOf(current));
  const sent = lastSent(endpoint, ENDPOINT_FIELDS);
  const wanted = endpointDigests(put);
  const toChange = fieldsToChange(put, { revision: endpoint.externalRevision, sent, current }, wanted);
  const outboxIds: number[] = [];
  const edit = {
    ...(toChange.includes('url') && { url: put.url }),
    ...(toChange.includes('types') && { types: put.types }),
  };
  if (Object.keys(edit).length > 0)
    outboxIds.push(...(await changePushEndpointIn(deps, endpoint, edit, origin, transaction)));
  // One that went off by itself is nobody's trouble any more once its program says that it is to be off.
  const isToStayOff = !put.enabled && state === 'off';
  if (toChange.includes('enabled') || isToStayOff) {
    const turn = put.enabled ? switchOnIn : switchOffIn;
    outboxIds.push(...(await turn(deps, endpoint, origin, transaction)));
  }
  const externalRevision = put.revision ?? endpoint.externalRevision;
  const externalFields = JSON.stringify(wanted);
  await endpoint.update({ externalFields, externalRevision }, { transaction, silent: true });
  return outboxIds;
}
