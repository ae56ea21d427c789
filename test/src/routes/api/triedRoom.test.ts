import { closeClass } from '../../../../src/commands/closeClass';
import { listComing } from '../../../../src/commands/generateMeetings';
import { publishEvents } from '../../../../src/commands/publishEvents';
import { addMinutes } from '../../../../src/domain/clock';
import { BookOrder } from '../../../../src/models/BookOrder';
import type { ClassDate } from '../../../../src/models/ClassDate';
import type { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { pageOf } from '../../../../src/routes/api/pages';
import { attendance, classDate as classDateSchema, events } from '../../../../src/routes/api/schemas';
import { buildMeeting } from '../../../factories/meetings';
import { buildSoldClass } from '../../../factories/pushes';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { ended, newUuid, started } from '../../../support/meetingEvents';
import { tellOf } from '../../../support/toldRoom';

let site: ApiSite;
let shop: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
});

afterAll(() => site.close());

const NOW = new Date();
const at = (minutes: number) => addMinutes(NOW, minutes).toISOString();

/** A class in ten minutes, with its room. */
async function buildReady() {
  const { deps } = site.website;
  const classDate = await buildSoldClass();
  await classDate.update({ startsAt: addMinutes(NOW, 10), state: 'ready' });
  return { classDate, meeting: await buildMeeting(deps.encryption, classDate) };
}

/** The host comes and goes, so many minutes from now. */
function hostOf(meeting: ZoomMeeting, from: number, to: number) {
  const uuid = newUuid();
  const { deps } = site.website;
  return {
    comes: () => tellOf(deps, started(meeting, uuid, at(from))),
    goes: () => tellOf(deps, ended(meeting, uuid, at(to), at(from))),
  };
}

/** What a program is answered of the class, wherever it asks. */
async function statesOf({ orderId, externalId }: ClassDate): Promise<string[]> {
  const order = await BookOrder.findByPk(orderId, { rejectOnEmpty: true });
  const list = `/api/v1/orders/${order.externalId}/class-dates`;
  const one = `${list}/${externalId}`;
  const [all, alone, whoCame] = [await shop.get(list), await shop.get(one), await shop.get(`${one}/attendance`)];
  const listed = pageOf(classDateSchema).parse(all.body).items;
  return [...listed, classDateSchema.parse(alone.body), attendance.parse(whoCame.body)].map(({ state }) => state);
}

/** What the feed has told of the class. */
async function toldOf({ externalId }: ClassDate) {
  await publishEvents(site.website.deps);
  const feed = events.parse((await shop.get('/api/v1/events')).body).events;
  return feed.filter(({ classDate }) => classDate === externalId).map(({ type, data }) => [type, data.state]);
}

const LIVE = ['class.live', 'live'];
const READY = ['class.ready', 'ready'];
const ENDED = ['class.ended', 'ended'];

it('a try of the room is told as live while it runs, and then as ready, until the class is held', async () => {
  const { classDate, meeting } = await buildReady();
  const tries = hostOf(meeting, -5, -2);
  await tries.comes();
  expect(await statesOf(classDate)).toEqual(['live', 'live', 'live']);
  await tries.goes();
  expect(await statesOf(classDate)).toEqual(['ready', 'ready', 'ready']);
  expect(await toldOf(classDate)).toEqual([LIVE, READY]);
  const coming = await listComing(site.website.deps, 60);
  expect(coming.filter(({ classDateId }) => classDateId === classDate.id)).toMatchObject([{ state: 'ready' }]);
  const holds = hostOf(meeting, 11, 50);
  await holds.comes();
  await holds.goes();
  expect(await statesOf(classDate)).toEqual(['ended', 'ended', 'ended']);
  expect(await toldOf(classDate)).toEqual([LIVE, READY, LIVE, ENDED]);
});

it('that a class which was only tried has ended is told when its doors have closed', async () => {
  const { classDate, meeting } = await buildReady();
  // Of the try only its end is told, and that once more.
  const tries = hostOf(meeting, -5, -2);
  await tries.goes();
  await tries.goes();
  expect(await toldOf(classDate)).toEqual([]);
  await closeClass(site.website.deps, { classDateId: classDate.id, now: addMinutes(NOW, 400) });
  expect(await statesOf(classDate)).toEqual(['ended', 'ended', 'ended']);
  expect(await toldOf(classDate)).toEqual([ENDED]);
});
