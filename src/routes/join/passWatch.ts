import { createHash } from 'node:crypto';
import type { Deps } from '../../deps';
import { doorOf } from '../../domain/joinRules';
import { listPassStates, type PassState } from '../../queries/listPassStates';
import { createPageWatch, type PageWatch } from '../pageWatch';

/** Pages by the id of their pass. */
export type PassWatch = PageWatch<number>;

/** Names what a page shows, so that two of them can be told apart; says nothing to a reader. */
export function stateKey(pass: PassState, now: Date): string {
  const { epoch, usedAt, holderHash, revokedAt, takeovers, stateReason, startsAt, durationMinutes } = pass;
  const door = doorOf({ ...pass, schedule: pass, hasRoom: pass.meetingRowId !== null }, now);
  const shown = [door, epoch, usedAt, holderHash, revokedAt, takeovers, stateReason, startsAt, durationMinutes];
  return createHash('sha256').update(JSON.stringify(shown)).digest('base64url').slice(0, 22);
}

export function createPassWatch(deps: Pick<Deps, 'db' | 'clock' | 'logger'>): PassWatch {
  return createPageWatch(deps, async (passIds) => {
    const passes = await listPassStates(deps.db, passIds);
    const now = deps.clock.now();
    const keys = new Map(passes.map((pass) => [pass.id, stateKey(pass, now)]));
    return (passId) => keys.get(passId);
  });
}
