import { randomBytes } from 'node:crypto';
import { addMinutes } from '../../src/domain/clock';
import { ClassDate } from '../../src/models/ClassDate';
import type { User } from '../../src/models/User';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { makeNonce } from '../../src/routes/join/holderCookie';
import { joinToken, personKey } from '../../src/security/joinPass';
import { buildMeeting } from '../factories/meetings';
import { bookHerd } from './classHerd';
import type { Call } from './load';
import type { ProcessStack } from './processStack';

/** A pass of a class whose room is open, and the address of its page. */
export interface Door {
  readonly pass: ZoomSecureToken;
  readonly path: string;
}

interface Doors {
  readonly teachers: readonly User[];
  readonly classes: number;
  readonly recipients: number;
}

export async function openDoors(stack: ProcessStack, doors: Doors): Promise<Door[]> {
  const herd = { ...doors, opensAt: () => addMinutes(new Date(), -20) };
  const classDates = await bookHerd(stack.deps, herd);
  for (const classDate of classDates)
    await buildMeeting(stack.deps.encryption, classDate, { joinUrl: `${stack.zoomUrl}/j/1` });
  await ClassDate.update({ state: 'ready' }, { where: {} });
  const keys = new Map(classDates.map(({ id, randomKey }) => [id, randomKey]));
  return (await ZoomSecureToken.findAll()).map((pass) => {
    const { keyId, epoch, classDateId } = pass;
    const identity = { keyId, epoch, classKey: keys.get(classDateId) ?? '', person: personKey(pass) };
    return { pass, path: `/join/class/${classDateId}?token=${joinToken(stack.deps.signingKeys, identity)}` };
  });
}

/** The press of the button by a browser of its own that has seen the page. */
export function claimOf({ deps }: ProcessStack, { pass, path }: Door): Call {
  const holder = randomBytes(32).toString('base64url');
  const headers = {
    cookie: `__Host-join=${holder}`,
    origin: deps.config.appUrl,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const body = new URLSearchParams({ nonce: makeNonce(deps, holder, pass.id) }).toString();
  return { method: 'POST', path, headers, body, status: 303 };
}
