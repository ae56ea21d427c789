import { Op, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { ChangedHereError } from '../errors';
import { ClassDate } from '../models/ClassDate';
import type { User } from '../models/User';
import { requirePersonOf, type ExternalPersonId } from '../queries/externalPeople';
import { lastSent, personDigests, PERSON_FIELDS, tagOf } from '../queries/externalFields';
import { COMING } from '../queries/inStates';
import { deliverOutbox } from '../temporal/outbox';
import { disableIn } from './disableUser';
import { refuseIfShared } from './needsAdmin';
import { checkTag, refuseOld, type Precondition } from './preconditions';
import type { AuditOrigin } from './writeAudit';

/**
 * Shuts a teacher or a student out for a marketplace's program. Whoever the program had shut out and was let in again here
 * is not shut out by the same word again.
 *
 * @throws NotFoundError, ChangedHereError, AppError 409 and 412
 */
export async function disablePersonOf(
  deps: Deps,
  put: ExternalPersonId & Precondition,
  origin: AuditOrigin,
): Promise<{ user: User; notes: string[] }> {
  const { outboxIds, ...done } = await inTransaction(deps.db, async (transaction) => {
    const user = await requirePersonOf(put, transaction);
    const current = personDigests(user, user.disabledAt !== null);
    checkTag(put, tagOf(current));
    refuseOld(put.revision, user.externalRevision, user.disabledAt === null);
    const sent = lastSent(user, PERSON_FIELDS);
    if (current.state !== 'disabled' && sent?.state === 'disabled') refuseEnabledHere(put);
    if (current.state !== 'disabled') await refuseIfShared(put.customer, user, transaction);
    const disabled = await disableIn(deps, user, origin, transaction);
    const externalFields = JSON.stringify({ ...(sent ?? current), state: 'disabled' });
    const externalRevision = put.revision ?? user.externalRevision;
    await user.update({ externalFields, externalRevision }, { transaction, silent: true });
    return { user, notes: await notesOn(user, deps.clock.now(), transaction), outboxIds: disabled.outboxIds };
  });
  await deliverOutbox(deps, ...outboxIds);
  return done;
}

function refuseEnabledHere({ accept }: Precondition): void {
  if (accept.includes('state')) return;
  const message = 'They were enabled again here. Send accept=state to disable them all the same.';
  throw new ChangedHereError([{ field: '', message }], ['state']);
}

async function notesOn({ id, role }: User, now: Date, transaction: Transaction): Promise<string[]> {
  if (role !== 'teacher') return [];
  const coming = { teacherId: id, ...COMING, startsAt: { [Op.gt]: now } };
  const count = await ClassDate.count({ where: coming, transaction });
  return count === 0 ? [] : [`Coming classes that they cannot start: ${count}. Give them to another teacher.`];
}
