import { Op, type WhereOptions } from 'sequelize';
import { User, type Role } from '../models/User';

export const PERSON_STATES = ['enabled', 'invited', 'disabled'] as const;
export type PersonState = (typeof PERSON_STATES)[number];

/** Which people are asked for; what is undefined asks nothing. */
export interface PeopleFilter {
  /** part of a name or an address */
  readonly person?: string | undefined;
  readonly role?: Role | undefined;
  readonly state?: PersonState | undefined;
}

/** The newest first. */
export function findPeople(filter: PeopleFilter, page: { offset: number; limit: number }): Promise<User[]> {
  return User.findAll({ where: whereOf(filter), order: [['id', 'DESC']], ...page });
}

export function countPeople(filter: PeopleFilter): Promise<number> {
  return User.count({ where: whereOf(filter) });
}

/** Whoever signs in and has no password yet has been invited; students need none. */
export function personState({ role, disabledAt, passwordHash }: User): PersonState {
  if (disabledAt !== null) return 'disabled';
  return role !== 'student' && passwordHash === null ? 'invited' : 'enabled';
}

function whereOf({ person, role, state }: PeopleFilter): WhereOptions {
  return {
    [Op.and]: [
      role === undefined ? {} : { role },
      ...(person === undefined ? [] : person.split(/\s+/).map((word) => named(word))),
      state === undefined ? {} : STATES[state],
    ],
  };
}

/** "Ada Lovelace" is found by both words, whichever of them is the first name. */
function named(word: string): WhereOptions {
  const like = { [Op.like]: `%${word.replace(/[\\%_]/g, '\\$&')}%` };
  return { [Op.or]: [{ email: like }, { firstName: like }, { lastName: like }] };
}

const STATES: Readonly<Record<PersonState, WhereOptions>> = {
  disabled: { disabledAt: { [Op.ne]: null } },
  invited: { disabledAt: null, passwordHash: null, role: { [Op.ne]: 'student' } },
  enabled: { disabledAt: null, [Op.or]: [{ role: 'student' }, { passwordHash: { [Op.ne]: null } }] },
};
