import { User, type Role } from '../../src/models/User';

let count = 0;

type UserFields = Partial<Pick<User, 'email' | 'firstName' | 'lastName' | 'timeZone' | 'passwordHash' | 'disabledAt'>>;

export async function buildUser(role: Role, fields: UserFields = {}): Promise<User> {
  count += 1;
  return User.create({
    role,
    email: `${role}${count}@example.test`,
    firstName: role === 'teacher' ? 'Tamara' : 'Sam',
    lastName: `${role}-${count}`,
    timeZone: 'Europe/Berlin',
    ...fields,
  });
}
