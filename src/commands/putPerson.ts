import { UniqueConstraintError, type Transaction } from 'sequelize';
import type { Deps } from '../deps';
import { AddressTakenError, ChangedHereError } from '../errors';
import { User } from '../models/User';
import { isInvited } from '../queries/findAccountLink';
import { findPersonOf, isFreeFor, type ExternalPersonId } from '../queries/externalPeople';
import {
  lastSent,
  personDigests,
  PERSON_FIELDS,
  tagOf,
  type Digests,
  type PersonContent,
  type PersonField,
} from '../queries/externalFields';
import { deliverOutbox } from '../temporal/outbox';
import { changeUserIn } from './changeUser';
import { enableIn } from './enableUser';
import { inviteIn, mayInviteAt } from './inviteUser';
import { forgetRefusedEdit, keepingRefused, type Commit, type EditSubject } from './keepRefusedEdit';
import { refuseChangeOfShared } from './needsAdmin';
import { checkTag, fieldsToChange, type Precondition } from './preconditions';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface PersonPut extends ExternalPersonId, Precondition, PersonContent {
  /** let somebody in again who was disabled */
  readonly enable: boolean;
  /** invite a teacher who is new */
  readonly notify: boolean;
  /** the fields that an admin has decided about, and wants so; what else comes with them is not decided by that */
  readonly decidedHere?: readonly string[];
}

export interface PersonPutDone {
  readonly user: User;
  readonly created: boolean;
  readonly notes: readonly string[];
}

interface Put extends PersonPut {
  /** false: nobody is to be invited by this, or that mailbox has had enough of it */
  readonly invite: boolean;
}

const UNINVITED =
  'They were not invited: that address has been invited several times within the hour. An admin can do it later.';

interface Done extends PersonPutDone {
  readonly outboxIds: readonly number[];
}

/**
 * Brings a teacher or a student to what a marketplace's program says they are, in one commit: made if they are new, changed
 * where they differ, left alone where they do not.
 *
 * @throws FieldErrors, ChangedHereError, AddressTakenError, AppError 409 and 412; nothing has been saved then
 */
export function putPerson(deps: Deps, put: PersonPut, origin: AuditOrigin): Promise<PersonPutDone> {
  const commit = keepingRefused(deps, put, (names, transaction) => findSubject(put, names, transaction));
  return carryOutPersonPut(deps, put, origin, commit);
}

/** Whether somebody who was disabled here is let in again is decided on their page, by enabling them. */
async function findSubject(
  put: ExternalPersonId,
  names: readonly string[],
  transaction: Transaction,
): Promise<EditSubject | null> {
  if (names.includes('state')) return null;
  const user = await findPersonOf(put, transaction);
  return user && { userId: user.id };
}

/**
 * The same with whatever else belongs to the commit.
 *
 * @param commit what it is called with may be done more than once
 */
export async function carryOutPersonPut(
  deps: Deps,
  put: PersonPut,
  origin: AuditOrigin,
  commit: Commit,
): Promise<PersonPutDone> {
  const invites = await wouldInvite(put);
  // Not in the transaction: the counter has a connection of its own.
  const invite = invites && (await mayInviteAt(deps, put.email));
  const once = () => commit((transaction) => putIn(deps, { ...put, invite }, origin, transaction));
  const { outboxIds, ...done } = await onceMore(once);
  await deliverOutbox(deps, ...outboxIds);
  return invites && !invite ? { ...done, notes: [...done.notes, UNINVITED] } : done;
}

/** Whether a mail with an invitation would go to the address, as things stand. */
async function wouldInvite(put: PersonPut): Promise<boolean> {
  if (put.role !== 'teacher') return false;
  const known = await findPersonOf(put);
  if (!known) return put.notify;
  const moves = known.email !== put.email && known.passwordHash === null && known.disabledAt === null;
  return moves && isInvited(known.id, null);
}

/** Two calls may make the same person at once: whoever was second finds them the second time. */
async function onceMore(work: () => Promise<Done>): Promise<Done> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UniqueConstraintError)) throw error;
  }
  try {
    return await work();
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new AddressTakenError() : error;
  }
}

async function putIn(deps: Deps, put: Put, origin: AuditOrigin, transaction: Transaction): Promise<Done> {
  const found = await findPersonOf(put, transaction);
  const atAddress = await User.findOne({ where: { email: put.email }, transaction, lock: true });
  // Another call may have made them in between, and its commit was waited for.
  const known = found ?? (atAddress && isNamed(atAddress, put) ? atAddress : null);
  if (known) {
    if (atAddress && atAddress.id !== known.id) throw new AddressTakenError();
    return { ...(await change(deps, put, known, origin, transaction)), created: false, notes: [] };
  }
  checkTag(put, null);
  if (!atAddress) return create(deps, put, origin, transaction);
  const isSame = atAddress.email.toLowerCase() === put.email.toLowerCase();
  if (!isSame || !(await isFreeFor(put, atAddress, transaction))) throw new AddressTakenError();
  const { customer, externalId } = put;
  await atAddress.update({ customer, externalId, externalRevision: null, externalFields: null }, { transaction });
  const changed = await change(deps, put, atAddress, origin, transaction);
  return { ...changed, created: true, notes: [`They were here already, from your orders or ours, and are yours now.`] };
}

function isNamed(user: User, { customer, role, externalId }: ExternalPersonId): boolean {
  return user.customer === customer && user.role === role && user.externalId === externalId;
}

async function create(deps: Deps, put: Put, origin: AuditOrigin, transaction: Transaction): Promise<Done> {
  const { customer, role, externalId, email, firstName, lastName, timeZone, language, revision } = put;
  const user = await User.create(
    {
      ...{
        customer,
        externalId,
        externalRevision: revision,
        externalFields: JSON.stringify(personDigests(put, false)),
      },
      ...{ role, email, firstName, lastName, timeZone, language },
    },
    { transaction },
  );
  const entity = { type: 'user', id: user.id };
  await writeAudit(deps, origin, { action: 'user_created', entity, metadata: { role } }, transaction);
  const outboxIds = put.invite ? [await inviteIn(deps, user, origin, transaction)] : [];
  // With what the database filled in.
  await user.reload({ transaction });
  return { user, created: true, notes: [], outboxIds };
}

/** @param user locked */
async function change(
  deps: Deps,
  put: Put,
  user: User,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<Pick<Done, 'user' | 'outboxIds'>> {
  const isDisabled = user.disabledAt !== null;
  const current = personDigests(user, isDisabled);
  checkTag(put, tagOf(current));
  const sent = lastSent(user, PERSON_FIELDS);
  if (put.enable && isDisabled && sent?.state !== 'disabled') refuseDisabledHere(put);
  const { accept, wanted } = wantedOf(put, isDisabled);
  const former = { revision: user.externalRevision, sent, current };
  const toChange = fieldsToChange({ revision: put.revision, accept }, former, wanted);
  await refuseChangeOfShared({ ...put, toChange }, user, transaction);
  const outboxIds: number[] = [];
  if (toChange.includes('state')) outboxIds.push(...(await enableIn(deps, user, origin, transaction)).outboxIds);
  const { email, firstName, lastName, timeZone, language } = put;
  const content = Object.entries({ email, firstName, lastName, timeZone, language });
  const edit = Object.fromEntries(content.filter(([name]) => toChange.some((field) => field === name)));
  outboxIds.push(...(await changeUserIn(deps, user, edit, origin, transaction, put.invite)).outboxIds);
  const state = wanted.state === 'disabled' && sent?.state === 'disabled' ? 'disabled' : 'enabled';
  const externalFields = JSON.stringify({ ...wanted, state });
  const externalRevision = put.revision ?? user.externalRevision;
  await forgetRefusedEdit({ userId: user.id }, transaction);
  await user.update({ externalFields, externalRevision }, { transaction, silent: true });
  return { user, outboxIds };
}

/** What somebody is to become by a program's word, and what it knows to be otherwise. */
export function wantedOf(
  put: PersonPut,
  isDisabled: boolean,
): { readonly accept: readonly string[]; readonly wanted: Digests<PersonField> } {
  // To ask for somebody disabled to be let in again is to know that they are disabled.
  const accept = put.enable ? [...put.accept, 'state'] : put.accept;
  return { accept, wanted: personDigests(put, isDisabled && !put.enable) };
}

/** Whoever was shut out here is not let in again by a program that does not know it. */
function refuseDisabledHere({ accept }: PersonPut): void {
  if (accept.includes('state')) return;
  const message = 'They were disabled here. Send accept=state as well to let them in again.';
  throw new ChangedHereError([{ field: '', message }], ['state']);
}
