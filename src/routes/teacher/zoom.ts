import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { disconnectZoom } from '../../commands/disconnectZoom';
import { renewZoom } from '../../commands/renewZoom';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { userOf } from '../../middlewares/signedInUser';
import { ZoomConnection } from '../../models/ZoomConnection';
import { connectionTrouble, renewalTrouble } from '../../presenters/connectionTrouble';
import { presentDisconnect, presentZoomPage, presentZoomStatus } from '../../presenters/zoomConnection';
import { hasOpenRoom } from '../../queries/hasOpenRoom';
import { listDependentClasses } from '../../queries/listDependentClasses';
import { render } from '../../views/render';
import { nextIn, withNext } from '../ownPath';
import { paths } from '../paths';
import { addZoomConsentRoutes } from './zoomConsent';

/** A teacher's own Zoom account: how it stands, connecting, renewing, and disconnecting. */
export function addZoomRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.zoom, only('teacher'), (ctx) => showConnection(deps, ctx));
  router.get(paths.zoomStatus, only('teacher'), async (ctx) => {
    ctx.body = presentZoomStatus(await connectionOf(ctx));
  });
  router.post(paths.zoomRefresh, only('teacher'), (ctx) => renew(deps, ctx));
  router.get(paths.zoomDisconnect, only('teacher'), (ctx) => askToDisconnect(deps, ctx));
  router.post(paths.zoomDisconnect, only('teacher'), (ctx) => disconnect(deps, ctx));
  addZoomConsentRoutes(router, deps);
}

function connectionOf(ctx: AppContext): Promise<ZoomConnection | null> {
  return ZoomConnection.findOne({ where: { userId: userOf(ctx).id } });
}

function zoneOf(ctx: AppContext): string {
  return userOf(ctx).timeZone ?? 'UTC';
}

async function showConnection(deps: Deps, ctx: AppContext): Promise<void> {
  const now = deps.clock.now();
  const classes = await listDependentClasses(userOf(ctx).id, now);
  const page = presentZoomPage(await connectionOf(ctx), classes, { now, zone: zoneOf(ctx) });
  const next = nextIn(ctx.query);
  const nextStep = page.nextStep && { ...page.nextStep, href: withNext(page.nextStep.href, next) };
  render(ctx, 'teacher/zoom', { title: 'Zoom', ...page, nextStep, goOn: page.state === 'connected' ? next : null });
}

async function renew(deps: Deps, ctx: AppContext): Promise<void> {
  try {
    await renewZoom(deps, userOf(ctx).id, originOf(ctx));
    redirectWithFlash(ctx, paths.zoom, 'The connection is renewed and works.');
  } catch (error) {
    const trouble = renewalTrouble(error);
    if (trouble === null) throw error;
    redirectWithFlash(ctx, paths.zoom, trouble, 'bad');
  }
}

async function askToDisconnect(deps: Deps, ctx: AppContext): Promise<void> {
  const { id } = userOf(ctx);
  const connection = await connectionOf(ctx);
  if (!connection || connection.state === 'disconnected') {
    redirectWithFlash(ctx, paths.zoom, 'Zoom is not connected.');
    return;
  }
  const [classes, roomIsOpen] = await Promise.all([listDependentClasses(id, deps.clock.now()), hasOpenRoom(id)]);
  const page = presentDisconnect(connection, classes, { roomIsOpen, zone: zoneOf(ctx) });
  render(ctx, 'teacher/zoomDisconnect', { title: 'Disconnect Zoom?', ...page });
}

async function disconnect(deps: Deps, ctx: AppContext): Promise<void> {
  try {
    await disconnectZoom(deps, userOf(ctx).id, originOf(ctx));
    redirectWithFlash(ctx, paths.zoom, 'Zoom is disconnected. Your classes need it again before they can open.');
  } catch (error) {
    const trouble = connectionTrouble(error);
    if (trouble === null) throw error;
    redirectWithFlash(ctx, paths.zoom, trouble, 'bad');
  }
}
