import { ClassDate } from '../../../../src/models/ClassDate';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite } from '../../../support/apiSite';

const ORDER = '/api/v1/orders/O-1';
const CLASS_DATE = `${ORDER}/class-dates/C`;

let site: ApiSite;

beforeAll(async () => {
  site = await startApiSite();
});

afterAll(() => site.close());

it('a class that is moved onto a time which the clock jumps over keeps what it was asked for', async () => {
  const shop = await site.caller();
  await shop.put(ORDER, orderContent((await buildUser('teacher')).email));
  await shop.put(CLASS_DATE, classDateContent());
  const row = await ClassDate.findOne({ where: { externalId: 'C' }, rejectOnEmpty: true });
  const asked = { localStart: '2030-03-31T03:30', askedLocalStart: '2030-03-31T02:30' };
  const edit = classDateContent({ localStart: asked.askedLocalStart });
  const moved = await shop.put(CLASS_DATE, edit);
  expect(moved.body).toMatchObject({ localStart: asked.localStart, wallTime: 'moved_forward', changedHere: [] });
  expect(await row.reload()).toMatchObject({ ...asked, version: 2 });
  // The same again changes nothing, and is no change that was made here.
  expect((await shop.put(CLASS_DATE, edit)).body).toMatchObject({ changedHere: [] });
  expect(await row.reload()).toMatchObject({ ...asked, version: 2 });
  // One that takes place after all keeps it, too.
  await shop.put(CLASS_DATE, classDateContent());
  await shop.delete(CLASS_DATE);
  expect((await shop.put(`${CLASS_DATE}?reopen=true`, edit)).body).toMatchObject({ state: 'scheduled' });
  expect(await row.reload()).toMatchObject(asked);
});
