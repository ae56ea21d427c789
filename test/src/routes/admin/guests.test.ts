import type { Response } from 'supertest';
import { addMinutes } from '../../../../src/domain/clock';
import type { BookOrder } from '../../../../src/models/BookOrder';
import type { ClassDate } from '../../../../src/models/ClassDate';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { paths } from '../../../../src/routes/paths';
import { joinToken } from '../../../../src/security/joinPass';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { Browser, parse, signedInBrowser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let order: BookOrder;
let classDate: ClassDate;
let mum: OrderGuest;
let before: number[];

const countRows = () => website.countRows('order_guests', 'zoom_secure_tokens', 'zoom_audit_logs', 'workflow_outbox');

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

beforeEach(async () => {
  order = await buildOrder({ title: 'Chemistry 9A' });
  classDate = await buildClassDate({ order, state: 'live', startsAt: addMinutes(new Date(), -5) });
  await buildMeeting(website.deps.encryption, classDate);
  expect((await add('Mum <mum@example.test>')).status).toBe(303);
  mum = await guestOf('mum@example.test');
  await browser.get(paths.order(order.id));
  before = await countRows();
});

const add = (guests: string) => browser.submit(paths.orderGuests(order.id), { guests });
const guestOf = (email: string) => OrderGuest.findOne({ where: { orderId: order.id, email }, rejectOnEmpty: true });

/** The page that a good form leads to. */
async function after(answer: Response): Promise<ReturnType<typeof parse>> {
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.order(order.id)]);
  return parse(await browser.get(paths.order(order.id)));
}

async function linkOf(guest: OrderGuest): Promise<string> {
  const where = { guestId: guest.id, classDateId: classDate.id };
  const { keyId, epoch } = await ZoomSecureToken.findOne({ where, rejectOnEmpty: true });
  const identity = { keyId, epoch, classKey: classDate.randomKey, person: `guest:${guest.id}` as const };
  return `${paths.joinGuest(classDate.id)}?token=${joinToken(website.deps.signingKeys, identity)}`;
}

const opens = async (link: string) => (await new Browser(website).get(link)).status;

describe('the guests on the page of an order', () => {
  it('are listed, each with a way to be corrected and removed', async () => {
    await mum.update({ timeZone: 'Asia/Tokyo' });
    const $ = parse(await browser.get(paths.order(order.id)));
    const row = $('#guest-list + .rows li');
    expect(row.text().replace(/\s+/g, ' ')).toBe('Mum mum@example.testAsia/TokyoCorrect MumRemove Mum');
    const links = row
      .find('a')
      .get()
      .map(({ attribs }) => attribs['href']);
    expect(links).toEqual([paths.orderGuest(order.id, mum.id), paths.orderGuestRemoval(order.id, mum.id)]);
  });

  it('grow at once, with a link that works, and what was merged is said', async () => {
    const $ = await after(await add('Dad <dad@example.test>\nmum@example.test'));
    expect($('.flash').text()).toBe('1 guest added. mum@example.test is a guest already.');
    expect($('#guest-list + .rows').text()).toContain('Dad dad@example.test');
    expect(await opens(await linkOf(await guestOf('dad@example.test')))).toBe(200);
    expect(website.temporal.hints).toContain(`${classDate.id}: roster changed`);
  });

  it('are not there twice when the form is sent twice', async () => {
    await Promise.all([add('dad@example.test'), add('dad@example.test')]);
    expect(await ZoomSecureToken.count({ where: { classDateId: classDate.id } })).toBe(2);
    expect((await after(await add('dad@example.test')))('.flash').text()).toContain(
      'Nobody was added. dad@example.test is a guest already.',
    );
  });

  it.each([
    ['a line that is none', 'Aunt <anna@example.test>\nnobody', 'Line 2: “nobody”'],
    ['nothing', '', 'Enter at least one guest.'],
    ['an end tag', '</textarea><script>alert(1)</script>', 'Line 1'],
    ['too much', 'x'.repeat(20_001), 'Use at most 20,000 characters.'],
  ])('stay as they are, and nothing typed is lost: %s', async (_what, typed, message) => {
    const answer = await add(typed);
    expect(answer.status).toBe(422);
    expect(answer.text).not.toContain('<script>alert');
    const $ = parse(answer);
    expect($('.summary').text()).toContain(message);
    expect($('.summary a').attr('href')).toBe('#guests');
    expect($('#guests').text()).toBe(typed);
    expect($('#durationMinutes').attr('value')).toBe('60');
    expect(await countRows()).toEqual(before);
  });

  it('are refused where no form would send them so', async () => {
    const token = encodeURIComponent(await browser.token());
    for (const odd of ['', '&guests[]=a%40b.co', '&guests[a]=x', '&guests=a%00%40b.co']) {
      expect((await browser.submitText(paths.orderGuests(order.id), `_csrf=${token}${odd}`)).status).toBe(422);
    }
    expect(await countRows()).toEqual(before);
  });
});

describe('correcting a guest', () => {
  const correct = (fields: Record<string, string>) => browser.submit(paths.orderGuest(order.id, mum.id), fields);

  it('shows what there is, saves what is typed, and lets the former link die', async () => {
    const former = await linkOf(mum);
    expect(await opens(former)).toBe(200);
    const form = parse(await browser.get(paths.orderGuest(order.id, mum.id)));
    expect(form('h1').text()).toBe('Correct Mum');
    expect([form('#name').attr('value'), form('#email').attr('value')]).toEqual(['Mum', 'mum@example.test']);
    const $ = await after(await correct({ name: 'Mother', email: ' mother@example.test ' }));
    expect($('.flash').text()).toContain('The address is saved. The mails about the classes will go there');
    expect($('#guest-list + .rows').text()).toContain('Mother mother@example.test');
    expect(await opens(former)).toBe(404);
    expect(await opens(await linkOf(mum))).toBe(200);
  });

  it('does no harm when it is sent twice', async () => {
    await correct({ name: 'Mum', email: 'mother@example.test' });
    const link = await linkOf(mum);
    const $ = await after(await correct({ name: 'Mum', email: 'mother@example.test' }));
    expect($('.flash').text()).toContain('It was so already; nothing has changed.');
    expect(await linkOf(mum)).toBe(link);
    expect((await after(await correct({ name: 'Ma', email: 'mother@example.test' })))('.flash').text()).toBe(
      'The name is saved.',
    );
  });

  it.each([
    ['no address', { name: 'Ma', email: '' }, '#email', 'Enter one e-mail address'],
    ['two addresses', { name: 'Ma', email: 'a@b.co, c@d.co' }, '#email', 'Enter one e-mail address'],
    ['another guest’s', { name: 'Ma', email: 'DAD@example.test' }, '#email', 'Another guest has this address'],
    ['a name that is too long', { name: 'x'.repeat(121), email: 'mum@example.test' }, '#name', 'at most 120'],
    ['a line break in the name', { name: 'Ma\nBcc: x', email: 'mum@example.test' }, '#name', 'line breaks'],
  ])('is refused, and nothing typed is lost: %s', async (_what, typed, field, message) => {
    await add('dad@example.test');
    before = await countRows();
    const answer = await correct(typed);
    expect(answer.status).toBe(422);
    const $ = parse(answer);
    expect($('.summary').text()).toContain(message);
    expect($('.summary a').attr('href')).toBe(field);
    expect([$('#name').attr('value'), $('#email').attr('value')]).toEqual([typed.name, typed.email]);
    expect(await countRows()).toEqual(before);
    expect(await mum.reload()).toMatchObject({ name: 'Mum', email: 'mum@example.test' });
  });
});

describe('removing a guest', () => {
  it('names the class dates it touches first, and then their link is dead while the class is live', async () => {
    const link = await linkOf(mum);
    const later = await buildClassDate({ order });
    await buildClassDate({ order, state: 'settled' });
    const removal = paths.orderGuestRemoval(order.id, mum.id);
    const asked = parse(await browser.get(removal));
    expect(asked('h1').text()).toBe('Remove Mum?');
    // They have no pass for the later one.
    expect(
      asked('.rows a')
        .get()
        .map(({ attribs }) => attribs['href']),
    ).toEqual([paths.classDate(classDate.id)]);
    expect(await countRows()).toEqual(before);
    expect(await opens(link)).toBe(200);

    const $ = await after(await browser.submit(asked('main form').attr('action') ?? ''));
    expect($('.flash').text()).toBe('Mum is no guest any more; their links have stopped working.');
    expect($('#guest-list + p').text()).toBe('None yet.');
    expect(await opens(link)).toBe(404);
    expect((await after(await browser.submit(removal)))('.flash').text()).toBe('Mum had been removed already.');
    for (const path of [removal, paths.orderGuest(order.id, mum.id)])
      expect((await browser.get(path)).status).toBe(404);
    expect((await browser.submit(paths.orderGuest(order.id, mum.id), { name: '', email: 'a@b.co' })).status).toBe(404);

    expect((await after(await add('mum@example.test')))('.flash').text()).toBe('1 guest added.');
    expect(await opens(link)).toBe(404);
    expect(await opens(await linkOf(mum))).toBe(200);
    expect(await ZoomSecureToken.count({ where: { classDateId: later.id } })).toBe(1);
  });
});

describe('who may', () => {
  it('finds no guest of another order, nor one that is none', async () => {
    const other = await buildOrder();
    const wrong = [`${other.id}/guests/${mum.id}`, `${order.id}/guests/999999`, `${order.id}/guests/x`, '0/guests/1'];
    for (const path of wrong.flatMap((end) => [`${paths.orders}/${end}`, `${paths.orders}/${end}/removal`])) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 404]);
      const answer = await browser.submit(path, { name: 'Ma', email: 'ma@example.test' });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await browser.submit(paths.orderGuests(999_999), { guests: 'a@b.co' })).status).toBe(404);
    expect(await countRows()).toEqual(before);
    expect(await mum.reload()).toMatchObject({ name: 'Mum', removedAt: null });
  });

  it.each(['teacher', 'student'] as const)('keeps a %s out', async (role) => {
    const { browser: theirs } = await signedInBrowser(website, role);
    before = await countRows();
    for (const path of [paths.orderGuest(order.id, mum.id), paths.orderGuestRemoval(order.id, mum.id)]) {
      expect((await theirs.get(path)).status).toBe(403);
      expect((await theirs.submit(path, { name: 'Ma', email: 'ma@example.test' })).status).toBe(403);
    }
    expect((await theirs.submit(paths.orderGuests(order.id), { guests: 'a@b.co' })).status).toBe(403);
    expect(await countRows()).toEqual(before);
  });
});
