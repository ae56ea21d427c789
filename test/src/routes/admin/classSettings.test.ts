import { bookClassDate } from '../../../../src/commands/bookClassDate';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { findClassTimeSettings } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { buildOrder } from '../../../factories/classes';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

const MINUTES = {
  leadMinutes: '45',
  graceMinutes: '10',
  watchMinutes: '7',
  settleMinutes: '100',
  lateMinutes: '3',
  presentMinutes: '20',
};
const FIELDS = { ...MINUTES, furtherReminders: '2h, 1 d' };
const NUMBERS = {
  ...Object.fromEntries(Object.entries(MINUTES).map(([name, value]) => [name, Number(value)])),
  furtherReminders: '1440,120',
};

it('saves them for the classes that are booked from then on', async () => {
  const $ = parse(await browser.get(paths.classSettings));
  expect($('#lateMinutes').attr('value')).toBe('10');
  const order = await buildOrder();
  const book = async () => {
    const localStart = new Date(Date.now() + 48 * 60 * 60_000).toISOString().slice(0, 16);
    const booking = { orderId: order.id, localStart, timeZone: 'UTC', durationMinutes: 60 };
    return (await bookClassDate(website.deps, booking, THE_SYSTEM)).classDate;
  };
  const before = await book();
  expect((await browser.submit(paths.classSettings, FIELDS)).status).toBe(303);
  expect(await findClassTimeSettings()).toEqual(NUMBERS);
  expect(await book()).toMatchObject(NUMBERS);
  expect(parse(await browser.get(paths.classSettings))('#furtherReminders').attr('value')).toBe('24 h, 2 h');
  expect(await before.reload()).toMatchObject({
    leadMinutes: 30,
    furtherReminders: '',
    lateMinutes: 10,
    presentMinutes: 1,
  });
  expect((await website.audited()).filter((action) => action === 'settings_updated')).toHaveLength(1);
  await browser.submit(paths.classSettings, FIELDS);
  expect((await website.audited()).filter((action) => action === 'settings_updated')).toHaveLength(1);
});

it.each([
  ['leadMinutes', '4'],
  ['leadMinutes', '1441'],
  ['graceMinutes', '-1'],
  ['watchMinutes', '0'],
  ['settleMinutes', '1.5'],
  ['lateMinutes', 'ten'],
  ['presentMinutes', ''],
  ['furtherReminders', '24'],
  ['furtherReminders', '0 h'],
  ['furtherReminders', '-2 h'],
  ['furtherReminders', '15 d'],
  ['furtherReminders', '45 min'],
  ['furtherReminders', '5 h, 4 h, 3 h, 2 h, 1 h'],
  ['presentMinutes', '１０'],
])('refuses %s of “%s”, keeps what was typed, and saves nothing', async (field, value) => {
  const before = await findClassTimeSettings();
  const answer = await browser.submit(paths.classSettings, { ...FIELDS, [field]: value });
  expect(answer.status).toBe(422);
  const $ = parse(answer);
  expect($('[role=alert] a').attr('href')).toBe(`#${field}`);
  expect($(`#${field}`).attr('value')).toBe(value);
  expect(await findClassTimeSettings()).toEqual(before);
});
