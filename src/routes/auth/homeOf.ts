import type { User } from '../../models/User';
import { paths } from '../paths';

/** Where somebody begins who has signed in. */
export function homeOf({ role }: Pick<User, 'role'>): string {
  return role === 'admin' ? paths.admin : paths.teacher;
}
