import { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import type { Deps } from '../../deps';
import { only } from '../../middlewares/access';
import type { AppContext, AppState } from '../../middlewares/context';
import { userOf } from '../../middlewares/signedInUser';
import { presentClassRow } from '../../presenters/classDate';
import { liveKey } from '../../presenters/liveClass';
import { presentLiveClasses, presentUnassigned } from '../../presenters/liveClasses';
import { listClassDates } from '../../queries/listClassDates';
import { listUnassigned } from '../../queries/listUnassigned';
import { render } from '../../views/render';
import { streamChanges } from '../changeStream';
import { paths } from '../paths';
import { createLiveWatch, findLiveClasses } from './liveWatch';

/** How often a page without script fetches itself anew. */
const REFRESH_SECONDS = 10;

/** What differs between the page of the admins and that of a teacher. */
interface Audience {
  readonly role: 'admin' | 'teacher';
  readonly view: string;
  readonly title: string;
  readonly pageUrl: string;
  readonly dataUrl: string;
  readonly eventsUrl: string;
  /** whose classes they see; null for everybody's */
  readonly teacherOf: (ctx: AppContext) => number | null;
  readonly hrefOf: (classDateId: number) => string;
}

const ADMINS: Audience = {
  role: 'admin',
  view: 'admin/liveClasses',
  title: 'Live classes',
  pageUrl: paths.liveClasses,
  dataUrl: paths.liveClassesData,
  eventsUrl: paths.liveClassesEvents,
  teacherOf: () => null,
  hrefOf: (id) => paths.classDate(id),
};

const TEACHERS: Audience = {
  role: 'teacher',
  view: 'teacher/liveClasses',
  title: 'My live classes',
  pageUrl: paths.myLiveClasses,
  dataUrl: paths.myLiveClassesData,
  eventsUrl: paths.myLiveClassesEvents,
  teacherOf: (ctx) => userOf(ctx).id,
  hrefOf: (id) => paths.startMeeting(id),
};

/** What goes on just now: a page that follows it, its data as JSON, and the stream that says when it has changed. */
export function liveRoutes(deps: Deps): Router<AppState, DefaultContext> {
  const router = new Router<AppState, DefaultContext>();
  const watch = createLiveWatch(deps);
  for (const audience of [ADMINS, TEACHERS]) {
    const { role, teacherOf } = audience;
    router.get(audience.pageUrl, only(role), (ctx) => showPage(deps, ctx, audience));
    router.get(audience.dataUrl, only(role), async (ctx) => {
      const classes = await findLiveClasses(deps, teacherOf(ctx));
      ctx.body = { key: liveKey(classes), classes };
    });
    router.get(audience.eventsUrl, only(role), (ctx) => streamChanges(ctx, watch, teacherOf(ctx)));
  }
  return router;
}

async function showPage(deps: Deps, ctx: AppContext, audience: Audience): Promise<void> {
  const { role, view, title, dataUrl, eventsUrl, teacherOf, hrefOf } = audience;
  const zone = userOf(ctx).timeZone ?? 'UTC';
  const classes = await findLiveClasses(deps, teacherOf(ctx));
  const unassigned = role === 'admin' ? await listUnassigned(deps.db, deps.clock.now()) : [];
  render(ctx, view, {
    ...{ title, dataUrl, eventsUrl },
    follows: REFRESH_SECONDS,
    key: liveKey(classes),
    ...presentLiveClasses(classes, zone, hrefOf),
    unassigned: presentUnassigned(unassigned, zone),
    next: classes.length === 0 ? await findNext(deps, ctx, audience) : null,
  });
}

/** So that an empty page says when it will not be. */
async function findNext(deps: Deps, ctx: AppContext, { teacherOf, hrefOf }: Audience) {
  const { upcoming } = await listClassDates(deps.clock.now(), teacherOf(ctx) ?? undefined);
  const row = upcoming.find(({ classDate }) => classDate.startsAt > deps.clock.now());
  return row && { ...presentClassRow(row, userOf(ctx).timeZone), href: hrefOf(row.classDate.id) };
}
