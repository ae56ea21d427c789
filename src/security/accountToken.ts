import type { Config } from '../config/loadConfig';
import type { AccountLink } from '../models/AccountLink';
import { paths } from '../routes/paths';
import type { SigningKeys } from './keyRing';

type Identity = Pick<AccountLink, 'randomKey' | 'userId' | 'keyId'>;

/** The token of a one-time link: 256 bits as 64 hex digits. It is computed and never stored, as that of a join pass is. */
export function accountToken(keys: SigningKeys, { randomKey, userId, keyId }: Identity): string {
  return keys.sign('account-link', `${randomKey}|${userId}`, keyId).toString('hex');
}

/** The link that its mail carries. */
export function accountLinkUrl(
  { config, signingKeys }: { config: Config; signingKeys: SigningKeys },
  link: Identity,
): string {
  return `${config.appUrl}${paths.password}?token=${accountToken(signingKeys, link)}`;
}
