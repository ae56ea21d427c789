import { planMails } from '../../../../src/commands/planMails';
import { toldColumns } from '../../../../src/commands/toldColumns';
import { addMinutes } from '../../../../src/domain/clock';
import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { buildMail } from '../../../factories/mails';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

let site: ApiSite;
let shop: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
});

afterAll(() => site.close());

let count = 0;

/** A class whose buyer has been told of it, as the shop booked it. */
async function told() {
  count += 1;
  const order = `/api/v1/orders/Q-${count}`;
  const { email } = await buildUser('teacher');
  await shop.put(order, orderContent(email, { guests: [] }));
  const date = `${order}/class-dates/C`;
  await shop.put(date, classDateContent());
  const { id: orderId } = await BookOrder.findOne({ where: { externalId: `Q-${count}` }, rejectOnEmpty: true });
  const classDate = await ClassDate.findOne({ where: { orderId }, rejectOnEmpty: true });
  const pass = await ZoomSecureToken.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  await buildMail(classDate, pass, toldColumns(classDate, new Date()));
  return { order, date, classDate };
}

type Built = Awaited<ReturnType<typeof told>>;

/** What is to be sent to the buyer once the edits are gathered. */
async function mailsOf(classDate: ClassDate) {
  const { id: classDateId, gathersUntil } = await classDate.reload();
  const now = addMinutes(gathersUntil ?? new Date(), 1);
  await planMails({ classDateId, now, kinds: ['rescheduled', 'reopened', 'cancelled'] });
  const rows = await MailDelivery.findAll({ where: { classDateId, state: 'queued' } });
  return rows.map(({ kind }) => kind);
}

const EDITS: readonly [string, (built: Built, query: string) => ReturnType<Caller['put']>, readonly string[]][] = [
  [
    'a class date that is moved',
    ({ date }, query) => shop.put(`${date}${query}`, classDateContent({ localStart: '2030-01-15T12:00' })),
    ['rescheduled'],
  ],
  ['a class date that is cancelled', ({ date }, query) => shop.delete(`${date}${query}`), ['cancelled']],
  ['an order that is cancelled', ({ order }, query) => shop.delete(`${order}${query}`), ['cancelled']],
  [
    'an order that another teacher gives',
    async ({ order }, query) => {
      const { email } = await buildUser('teacher');
      return shop.put(`${order}${query}`, orderContent(email, { guests: [] }));
    },
    ['rescheduled'],
  ],
];

it.each(EDITS)('of %s people are told, and with notify=false nobody is', async (_what, edit, kinds) => {
  for (const [query, expected] of [
    ['', kinds],
    ['?notify=false', []],
  ] as const) {
    const built = await told();
    expect(await mailsOf(built.classDate)).toEqual([]);
    const { version } = built.classDate;
    expect((await edit(built, query)).status).toBe(200);
    expect(await mailsOf(built.classDate)).toEqual(expected);
    expect(built.classDate.version).toBeGreaterThan(version);
  }
});

it('a class date that was cancelled quietly is told of once it takes place after all, where it is said aloud', async () => {
  const { date, classDate } = await told();
  await shop.delete(`${date}?notify=false`);
  const reopened = (query: string) => shop.put(`${date}?reopen=true${query}`, classDateContent());
  expect((await reopened('&notify=false')).status).toBe(200);
  expect(await mailsOf(classDate)).toEqual([]);
  await shop.delete(`${date}?notify=false`);
  expect((await reopened('')).status).toBe(200);
  expect(await mailsOf(classDate)).toEqual(['reopened']);
});
