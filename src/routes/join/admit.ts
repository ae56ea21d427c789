import { recordJoinRefusal } from '../../commands/recordJoinRefusal';
import type { Deps } from '../../deps';
import { refusalOf, standingOf, type Refusal, type Standing } from '../../domain/joinRefusals';
import { doorOf, type Door } from '../../domain/joinRules';
import { ROW_ID } from '../../domain/rowId';
import type { AppContext, AppRouterContext } from '../../middlewares/context';
import { originOf } from '../../middlewares/originOf';
import { presentRefusal } from '../../presenters/joinRefusal';
import { findJoinPass, type JoinPass } from '../../queries/findJoinPass';
import type { FailureLimit } from '../../security/failureLimit';
import { renderJoin } from '../../views/join/renderJoin';
import { paths } from '../paths';
import { hashHolder, readHolder } from './holderCookie';

export type JoinDeps = Deps & { readonly limit: FailureLimit };

/** A pass that is good at this door for this browser, and what is behind the door. */
export interface Visit {
  readonly pass: JoinPass;
  readonly door: Door;
  readonly standing: Standing;
}

/** Looks the pass up, once; answers and returns null when it is not good here. */
export async function admit(deps: JoinDeps, ctx: AppRouterContext): Promise<Visit | null> {
  const token = tokenOf(ctx);
  if (token === '') return refuse(deps, ctx, 'no_token');
  const holder = readHolder(ctx, deps);
  const holderHash = holder === null ? null : hashHolder(holder);
  const pass = await findJoinPass(deps.db, token, holderHash);
  if (!pass) return refuse(deps, ctx, 'unknown');
  const door = doorOf({ ...pass, schedule: pass, hasRoom: pass.meetingRowId !== null }, deps.clock.now());
  const refusal = refusalOf(pass, { classDateId: classDateIdOf(ctx) ?? 0, door, holderHash });
  if (refusal !== null) return refuse(deps, ctx, refusal, pass);
  return { pass, door, standing: standingOf(pass, holderHash) };
}

/** Audits the refusal and answers with its page. */
export async function refuse(deps: JoinDeps, ctx: AppRouterContext, reason: Refusal, pass?: JoinPass): Promise<null> {
  const classDateId = classDateIdOf(ctx);
  const refusal = await recordJoinRefusal(
    deps,
    deps.limit,
    { refusal: reason, classDateId, passId: pass?.id ?? null },
    originOf(ctx),
  );
  const { status, heading, paragraphs, offersLink } = presentRefusal(refusal);
  const ofClass = refusal === 'cancelled' || refusal === 'over' ? pass : undefined;
  renderJoin(ctx, 'refusal', {
    title: heading,
    heading,
    paragraphs,
    classTitle: ofClass?.title,
    teacherName: ofClass?.teacherName,
    again: refusal === 'unproven' ? ctx.url : null,
    newLink: offersLink && classDateId !== null ? paths.joinNewLink(classDateId) : null,
    supportEmail: deps.config.supportEmail,
    refreshSeconds: null,
  });
  ctx.status = status;
  return null;
}

/** Empty when there is none, or more than one. */
export function tokenOf(ctx: AppContext): string {
  const { token } = ctx.query;
  return typeof token === 'string' ? token : '';
}

export function classDateIdOf(ctx: AppRouterContext): number | null {
  const { id } = ctx.params;
  return id !== undefined && ROW_ID.test(id) ? Number(id) : null;
}
