import { createHmac } from 'node:crypto';
import { createUser, type NewUser } from '../../commands/createUser';
import { THE_SYSTEM } from '../../commands/writeAudit';
import type { Deps } from '../../deps';
import { User } from '../../models/User';
import { hashPassword, verifyPassword } from '../../security/passwords';

type Person = Omit<NewUser, 'password'>;

export const DEMO_PEOPLE = {
  admin: { role: 'admin', email: 'admin@dreamcrowd.example', firstName: 'Alma', lastName: 'Admin', timeZone: 'UTC' },
  teacher: {
    role: 'teacher',
    email: 'ada@dreamcrowd.example',
    firstName: 'Ada',
    lastName: 'Lovelace',
    timeZone: 'Europe/Berlin',
  },
  running: {
    role: 'teacher',
    email: 'emmy@dreamcrowd.example',
    firstName: 'Emmy',
    lastName: 'Noether',
    timeZone: 'Europe/Berlin',
  },
  unconnected: {
    role: 'teacher',
    email: 'grace@dreamcrowd.example',
    firstName: 'Grace',
    lastName: 'Hopper',
    timeZone: 'America/New_York',
  },
  student: {
    role: 'student',
    email: 'sam@students.example',
    firstName: 'Sam',
    lastName: 'Student',
    timeZone: 'America/New_York',
  },
} as const satisfies Record<string, Person>;

export type DemoPeople = Readonly<Record<keyof typeof DEMO_PEOPLE, User>>;

const PASSWORD_LENGTH = 16;

export async function keepPeople(deps: Deps): Promise<DemoPeople> {
  const [admin, teacher, running, unconnected, student] = await Promise.all([
    keepPerson(deps, DEMO_PEOPLE.admin),
    keepPerson(deps, DEMO_PEOPLE.teacher),
    keepPerson(deps, DEMO_PEOPLE.running),
    keepPerson(deps, DEMO_PEOPLE.unconnected),
    keepPerson(deps, DEMO_PEOPLE.student),
  ]);
  return { admin, teacher, running, unconnected, student };
}

/** The same at each start, different on each machine: made from this machine's own key. */
export function loginOf({ config }: Pick<Deps, 'config'>, { email }: Pick<Person, 'email'>) {
  const key = config.signingKeys[0]?.key ?? '';
  const password = createHmac('sha256', key).update(`demo password of ${email}`).digest('base64url');
  return { email, password: password.replace(/[-_]/g, '').slice(0, PASSWORD_LENGTH) };
}

async function keepPerson(deps: Deps, person: Person): Promise<User> {
  const password = person.role === 'student' ? null : loginOf(deps, person).password;
  const known = await User.findOne({ where: { email: person.email } });
  if (!known) return createUser(deps, { ...person, password }, THE_SYSTEM);
  if (password !== null && !(await verifyPassword(known.passwordHash, password))) {
    await known.update({ passwordHash: await hashPassword(password) });
  }
  return known;
}
