import type { Transaction } from 'sequelize';
import type { Deps } from '../deps';
import type { BookOrder } from '../models/BookOrder';
import type { ClassDate } from '../models/ClassDate';
import { User } from '../models/User';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { listGuests } from '../queries/externalBookings';
import { listWithdrawn } from '../queries/listWithdrawn';
import { personKey, type PersonKey } from '../security/joinPass';
import { takeBackRegistrant } from './dropRegistrant';
import { lockOrder } from './lockOrder';
import { newPass } from './newPass';
import { reissuePass } from './reissuePass';
import { writeAudit, type AuditOrigin } from './writeAudit';

type Person = Readonly<Pick<ZoomSecureToken, 'userId' | 'guestId' | 'email'>>;
type MatchDeps = Pick<Deps, 'clock' | 'signingKeys'>;

/**
 * Brings the passes of a class that takes place after all to whom its order is for now. While it was cancelled or over,
 * changes of the order's buyer and guests passed it by: whoever was removed meanwhile must stay out, whoever was added must
 * get in, and a corrected address gets a link of its own. A pass that somebody withdrew on purpose stays withdrawn.
 *
 * @param classDate locked
 */
export async function matchRoster(
  deps: MatchDeps,
  classDate: ClassDate,
  origin: AuditOrigin,
  transaction: Transaction,
): Promise<void> {
  const people = await peopleOf(await lockOrder(classDate.orderId, transaction), transaction);
  const where = { classDateId: classDate.id };
  const passes = new Map(
    (await ZoomSecureToken.findAll({ where, lock: true, transaction })).map((pass) => [personKey(pass), pass]),
  );
  const leftOut = [...passes].filter(([key, pass]) => !people.has(key) && pass.revokedAt === null);
  for (const [, pass] of leftOut) await withdraw(deps, pass, transaction);
  const missing = [...people].filter(([key]) => !passes.has(key));
  const rows = missing.map(([, person]) => newPass(deps, classDate, person));
  await ZoomSecureToken.bulkCreate(rows, { transaction });
  const stale = await stalePasses(people, passes, transaction);
  for (const [pass, { email }] of stale) await renew(deps, pass, email, classDate, transaction);
  const metadata = { given: missing.length, withdrawn: leftOut.length, renewed: stale.length };
  if (metadata.given + metadata.withdrawn + metadata.renewed === 0) return;
  const entity = { type: 'class_date', id: classDate.id };
  await writeAudit(deps, origin, { action: 'passes_matched', entity, metadata }, transaction);
}

async function peopleOf({ id, userId }: BookOrder, transaction: Transaction): Promise<Map<PersonKey, Person>> {
  const buyer = await User.findByPk(userId, { lock: true, transaction, rejectOnEmpty: true });
  const guests = await listGuests(id, transaction);
  const people: Person[] = [
    { userId, guestId: null, email: buyer.email },
    ...guests.map((guest) => ({ userId: null, guestId: guest.id, email: guest.email })),
  ];
  return new Map(people.map((person) => [personKey(person), person]));
}

async function withdraw({ clock }: MatchDeps, pass: ZoomSecureToken, transaction: Transaction): Promise<void> {
  await pass.update({ revokedAt: clock.now() }, { transaction });
  await takeBackRegistrant(pass, transaction);
}

/** Of those who are to come, the passes that they cannot use or that are for a former address. */
async function stalePasses(
  people: ReadonlyMap<PersonKey, Person>,
  passes: ReadonlyMap<PersonKey, ZoomSecureToken>,
  transaction: Transaction,
): Promise<(readonly [ZoomSecureToken, Person])[]> {
  const stale = [...people].flatMap(([key, person]) => {
    const pass = passes.get(key);
    return pass && (pass.revokedAt !== null || pass.email !== person.email) ? [[pass, person] as const] : [];
  });
  const revoked = stale.flatMap(([{ id, revokedAt }]) => (revokedAt === null ? [] : [id]));
  const withdrawn = await listWithdrawn(revoked, transaction);
  return stale.filter(([{ id }]) => !withdrawn.has(id));
}

async function renew(
  deps: MatchDeps,
  pass: ZoomSecureToken,
  email: string,
  classDate: ClassDate,
  transaction: Transaction,
): Promise<void> {
  await pass.update({ revokedAt: null, withheld: false, email }, { transaction });
  await reissuePass(deps, pass, classDate, transaction);
}
