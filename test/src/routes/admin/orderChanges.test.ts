import type { Response } from 'supertest';
import { bookClassDate } from '../../../../src/commands/bookClassDate';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { addMinutes } from '../../../../src/domain/clock';
import { paths } from '../../../../src/routes/paths';
import { buildOrder } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

/** An order with a class date of tomorrow. */
async function build() {
  const teacher = await buildUser('teacher', { firstName: 'Tom', lastName: 'Teacher' });
  const order = await buildOrder({ title: 'Maths 7B', teacherId: teacher.id });
  const localStart = addMinutes(new Date(), 24 * 60)
    .toISOString()
    .slice(0, 16);
  const booking = { orderId: order.id, localStart, timeZone: 'UTC', durationMinutes: 60 };
  const { classDate } = await bookClassDate(website.deps, booking, THE_SYSTEM);
  return { order, classDate };
}

/** What the form sends that nothing was changed in, with these changed. */
async function fill(path: string, typed: Record<string, string> = {}): Promise<Record<string, string>> {
  return { ...formOn(await browser.get(path)), ...typed };
}

function formOn(page: Response): Record<string, string> {
  const $ = parse(page);
  const inputs = $('main form input').not('[name=_csrf], [type=checkbox]:not([checked])').get();
  const selects = $('main form select').get();
  return Object.fromEntries([
    ...inputs.map((input): [string, string] => [$(input).attr('name') ?? '', $(input).attr('value') ?? '']),
    ...selects.map((select): [string, string] => {
      const chosen = $(select).find('option[selected]').attr('value') ?? '';
      return [$(select).attr('name') ?? '', chosen];
    }),
  ]);
}

const flashAt = async (path: string) => parse(await browser.get(path))('.flash').text();

describe('changing an order', () => {
  it('says what each change does, and does the one that was made', async () => {
    const { order, classDate } = await build();
    const path = paths.orderDetails(order.id);
    const page = parse(await browser.get(path));
    expect(page('.does').text()).toContain('Tom Teacher will be mailed');
    expect(page(`main a[href="${paths.classDate(classDate.id)}"]`)).toHaveLength(1);
    const [teacher, buyer] = [await buildUser('teacher'), await buildUser('student')];
    const changed = { title: 'Maths 8', teacherId: String(teacher.id), buyerId: String(buyer.id) };
    const answer = await browser.submit(path, await fill(path, changed));
    expect([answer.status, answer.headers['location']]).toEqual([303, paths.order(order.id)]);
    expect(await order.reload()).toMatchObject({ title: 'Maths 8', teacherId: teacher.id, userId: buyer.id });
    expect((await classDate.reload()).teacherId).toBe(teacher.id);
    expect(await flashAt(paths.order(order.id))).toBe('The order is changed, and with it 1 class date.');
  });

  it('shows what others have changed since the form was opened, and changes no more than what was typed', async () => {
    const { order } = await build();
    const path = paths.orderDetails(order.id);
    const mine = await fill(path, { title: 'Maths 8' });
    const { id: teacherId } = await buildUser('teacher', { firstName: 'Nora', lastName: 'New' });
    await browser.submit(path, await fill(path, { title: 'Maths 7C', teacherId: String(teacherId) }));
    const answer = await browser.submit(path, mine);
    expect(answer.status).toBe(409);
    const $ = parse(answer);
    const alert = $('[role=alert]').text();
    for (const words of ['Somebody has changed this order', 'Maths 7C', 'Nora New']) expect(alert).toContain(words);
    expect($('#title').attr('value')).toBe('Maths 8');
    expect(await order.reload()).toMatchObject({ title: 'Maths 7C', teacherId });
    expect((await browser.submit(path, formOn(answer))).status).toBe(303);
    expect(await order.reload()).toMatchObject({ title: 'Maths 8', teacherId });
  });

  it('notices it although a mistake was made first', async () => {
    const { order } = await build();
    const path = paths.orderDetails(order.id);
    const mine = await fill(path, { title: ' ' });
    await browser.submit(path, await fill(path, { title: 'Maths 7C' }));
    const again = { ...formOn(await browser.submit(path, mine)), title: 'Maths 8' };
    expect((await browser.submit(path, again)).status).toBe(409);
  });

  it('twice does it once', async () => {
    const { order } = await build();
    const path = paths.orderDetails(order.id);
    const form = await fill(path, { title: 'Maths 9' });
    const before = (await website.audited()).length;
    await Promise.all([browser.submit(path, form), browser.submit(path, form)]);
    const audited = (await website.audited()).slice(before);
    // One of its class date, one of the order.
    expect(audited).toEqual(['order_changed', 'order_changed']);
  });

  it('says what is wrong beside the fields', async () => {
    const { order } = await build();
    const path = paths.orderDetails(order.id);
    const answer = await browser.submit(path, await fill(path, { title: ' ', buyerId: '', teacherId: '' }));
    expect(answer.status).toBe(422);
    const $ = parse(answer);
    expect([$('#buyerId-error').text(), $('#teacherId-error').text()]).toEqual([
      'Choose a student.',
      'Choose a teacher.',
    ]);
    expect((await browser.submit(path, await fill(path, { title: ' ' }))).text).toContain('id="title-error"');
    expect((await order.reload()).title).toBe('Maths 7B');
  });

  it('keeps a teacher who may give no more classes until another is chosen', async () => {
    const { order } = await build();
    const teacher = await buildUser('teacher', { disabledAt: new Date() });
    await order.update({ teacherId: teacher.id });
    const path = paths.orderDetails(order.id);
    expect((await browser.submit(path, await fill(path, { title: 'Maths 10' }))).status).toBe(303);
    expect(await order.reload()).toMatchObject({ title: 'Maths 10', teacherId: teacher.id });
  });
});

describe('cancelling an order', () => {
  it('cancels its class dates, and says so wherever it is shown', async () => {
    const { order, classDate } = await build();
    const path = paths.orderCancellation(order.id);
    expect(parse(await browser.get(path))('.does').text()).toContain('Every class date below is cancelled');
    const form = await fill(path);
    const answers = await Promise.all([browser.submit(path, form), browser.submit(path, form)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await classDate.reload()).toMatchObject({ state: 'cancelled', version: 2 });
    const page = parse(await browser.get(paths.order(order.id)));
    expect(page('.flash.bad').text()).toContain('This order was cancelled');
    expect(page(`form[action="${paths.orderClassDates(order.id)}"]`)).toHaveLength(0);
    expect(
      parse(await browser.get(paths.orders))('.rows li .tag')
        .first()
        .text(),
    ).toBe('Cancelled');
    for (const one of [path, paths.orderDetails(order.id)]) {
      expect(parse(await browser.get(one))('main form')).toHaveLength(0);
    }
  });

  it('changes nothing of one that was cancelled meanwhile', async () => {
    const { order } = await build();
    const path = paths.orderDetails(order.id);
    const form = await fill(path, { title: 'Maths 8' });
    await browser.submit(paths.orderCancellation(order.id));
    expect((await browser.submit(path, form)).status).toBe(303);
    expect(await flashAt(paths.order(order.id))).toContain('nothing of it can be changed');
    expect((await order.reload()).title).toBe('Maths 7B');
  });

  it('is not done to an order that somebody has changed since the page was opened', async () => {
    const { order } = await build();
    const path = paths.orderCancellation(order.id);
    const mine = await fill(path);
    await browser.submit(paths.orderDetails(order.id), await fill(paths.orderDetails(order.id), { title: 'Maths 8' }));
    const answer = await browser.submit(path, mine);
    expect([answer.status, parse(answer)('[role=alert]').text()]).toEqual([
      409,
      expect.stringContaining('Somebody has changed this order'),
    ]);
    expect((await order.reload()).cancelledAt).toBeNull();
    await browser.submit(path, formOn(answer));
    expect((await order.reload()).cancelledAt).not.toBeNull();
  });

  it('asks to be told that it is meant, when one of its classes is live', async () => {
    const { order, classDate } = await build();
    await classDate.update({ state: 'live' });
    const path = paths.orderCancellation(order.id);
    const answer = await browser.submit(path, await fill(path));
    expect([answer.status, parse(answer)('.summary a').attr('href')]).toEqual([422, '#force']);
    expect((await order.reload()).cancelledAt).toBeNull();
    await browser.submit(path, await fill(path, { force: 'yes' }));
    expect((await classDate.reload()).state).toBe('cancelled');
  });
});
