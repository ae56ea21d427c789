import { User } from '../models/User';

export function findUserByEmail(email: string): Promise<User | null> {
  return User.findOne({ where: { email } });
}
