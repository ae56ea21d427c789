import type { Deps } from '../deps';
import { classTimes } from '../domain/classTimes';
import { actualState, type ClassState } from '../domain/classStates';
import { doorOf, isOpen, type Door } from '../domain/joinRules';
import { findJoinPass } from './findJoinPass';

/** How it stands with a join link; nothing of the person it is for. */
export interface PassProbe {
  readonly passId: number;
  readonly classDateId: number;
  readonly classState: ClassState;
  readonly door: Door;
  /** whether it would let somebody in now, apart from which browser asks */
  readonly admits: boolean;
  /** A later link was made; this one works only in the browser that is in, until the later one is used. */
  readonly replaced: boolean;
  readonly opensAt: Date;
  /** later when the class runs over */
  readonly closesAt: Date;
  readonly usedAt: Date | null;
  /** how often it went on in another browser */
  readonly takeovers: number;
  readonly revokedAt: Date | null;
}

/** What the seed's operators look up by hand: whether a link is known, until when it works, and whether it is used. */
export async function probePass({ db, clock }: Pick<Deps, 'db' | 'clock'>, token: string): Promise<PassProbe | null> {
  const pass = await findJoinPass(db, token, null);
  if (!pass) return null;
  const { opensAt, closesAt } = classTimes(pass);
  const hasRoom = pass.meetingRowId !== null;
  const door = doorOf({ ...pass, schedule: pass, hasRoom }, clock.now());
  return {
    passId: pass.id,
    classDateId: pass.classDateId,
    classState: actualState(pass),
    door,
    admits: isOpen(door) && pass.revokedAt === null,
    replaced: pass.isFormerLink,
    opensAt,
    closesAt,
    usedAt: pass.usedAt,
    takeovers: pass.takeovers,
    revokedAt: pass.revokedAt,
  };
}
