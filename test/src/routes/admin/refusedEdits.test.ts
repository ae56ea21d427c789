import { addGuests } from '../../../../src/commands/addGuests';
import { cancelClass } from '../../../../src/commands/cancelClass';
import { changeOrder } from '../../../../src/commands/changeOrder';
import { putOrder } from '../../../../src/commands/putOrder';
import { rescheduleClass } from '../../../../src/commands/rescheduleClass';
import { settleRefusedEdit } from '../../../../src/commands/settleRefusedEdit';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { RefusedEdit } from '../../../../src/models/RefusedEdit';
import { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { waitsForALock } from '../../../support/lockWaits';

let site: ApiSite;
let shop: Caller;
let browser: Browser;
let admin: User;
let teacherEmail: string;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  ({ browser, user: admin } = await signedInBrowser(site.website, 'admin'));
  teacherEmail = (await buildUser('teacher')).email;
});

afterAll(() => site.close());

beforeEach(() => RefusedEdit.destroy({ where: {} }));

let count = 0;

/** An order of the shop's with a class date, both as the shop has sent them. */
async function booked() {
  count += 1;
  const path = `/api/v1/orders/R-${count}`;
  const datePath = `${path}/class-dates/C`;
  await shop.put(path, content());
  await shop.put(datePath, classDateContent());
  const order = await BookOrder.findOne({ where: { externalId: `R-${count}` }, rejectOnEmpty: true });
  const classDate = await ClassDate.findOne({ where: { orderId: order.id }, rejectOnEmpty: true });
  return { path, datePath, order, classDate };
}

const content = (changed: Readonly<Record<string, unknown>> = {}) => orderContent(teacherEmail, changed);
const rename = ({ order }: { order: BookOrder }, title: string) =>
  changeOrder(site.website.deps, { orderId: order.id, title }, THE_SYSTEM);

/** Renamed here, and then by the shop. */
async function refused(more: Readonly<Record<string, unknown>> = {}) {
  const built = await booked();
  await rename(built, 'As we say');
  const theirs = content({ title: 'As the shop says', ...more });
  expect((await shop.put(built.path, theirs)).status).toBe(409);
  return { ...built, theirs };
}

const page = async () => parse(await browser.get(paths.refusedEdits));

async function decide(decision: 'ours' | 'theirs', more: Readonly<Record<string, string>> = {}) {
  const $ = await page();
  const form = $('main section form').first();
  const refusedAt = form.find('[name=refusedAt]').attr('value') ?? '';
  const answer = await browser.submit(form.attr('action') ?? '', { decision, refusedAt, notify: 'yes', ...more });
  expect([answer.status, answer.headers['location']]).toEqual([303, paths.refusedEdits]);
  return parse(await browser.get(paths.refusedEdits))('.flash').text();
}

it('shows what was changed here beside what the marketplace says, where it is looked for', async () => {
  const { order, classDate, datePath } = await refused();
  await rescheduleClass(site.website.deps, { classDateId: classDate.id, localStart: '2030-01-15T12:00' }, THE_SYSTEM);
  await shop.put(datePath, classDateContent({ localStart: '2030-01-15T14:00' }));
  const text = (await page())('main').text();
  for (const words of ['Here: As we say', 'Marketplace: As the shop says', '2030-01-15 12:00', '2030-01-15 14:00']) {
    expect(text).toContain(words);
  }
  for (const path of [paths.orders, paths.order(order.id)]) {
    expect(parse(await browser.get(path))(`main a[href="${paths.refusedEdits}"]`)).toHaveLength(1);
  }
});

it('shows what else of an order would change, and nothing that stays', async () => {
  const other = await buildUser('teacher');
  const guests = [{ email: 'new@guests.test', name: null, timeZone: 'Asia/Tokyo', language: null }];
  await refused({ teacher: { email: other.email }, guests });
  const shown = async () => {
    const $ = await page();
    return $('main section dt')
      .toArray()
      .map((dt) => $(dt).text());
  };
  expect(await shown()).toEqual(['Title', 'Teacher (comes with it)', 'Guests (comes with it)']);
  expect((await page())('main section dd').last().text()).toMatch(
    /^Here: Mum Berg \(mum@guests.test\), Europe\/London, en; .*Marketplace: new@guests.test, Asia\/Tokyo$/,
  );
  await RefusedEdit.destroy({ where: {} });
  await refused();
  expect(await shown()).toEqual(['Title']);
});

describe('what the buyer is called', () => {
  const said = {
    email: 'mia@buyers.test',
    firstName: 'Mia',
    lastName: 'Berg',
    timeZone: 'Europe/Berlin',
    language: 'de',
  };
  const words = /What the student is called \(comes with it\)/;

  it('is shown where theirs changes it, and changes then', async () => {
    const { path, order } = await refused({ buyer: { ...said, firstName: 'Maria', timeZone: 'Asia/Tokyo' } });
    const text = (await page())('main section').text();
    expect(text).toMatch(words);
    expect(text).toContain('Here: Mia Berg, Europe/Berlin, de');
    expect(text).toContain('Marketplace: Maria Berg, Asia/Tokyo, de');
    await decide('theirs');
    expect((await shop.get(path)).body).toMatchObject({ buyer: { firstName: 'Maria', timeZone: 'Asia/Tokyo' } });
    expect((await order.reload()).title).toBe('As the shop says');
  });

  it('is shown of the former buyer, too, whom the attendance names', async () => {
    const built = await booked();
    const here = await buildUser('student');
    await changeOrder(site.website.deps, { orderId: built.order.id, buyerId: here.id, title: 'Ours' }, THE_SYSTEM);
    const theirs = content({ title: 'Theirs', buyer: { ...said, lastName: 'Bergmann' } });
    expect((await shop.put(built.path, theirs)).status).toBe(409);
    expect((await page())('main section').text()).toMatch(/Here: Mia Berg, [^]*Marketplace: Mia Bergmann, /);
    await decide('theirs');
    expect((await built.order.reload()).userId).toBe(here.id);
  });

  it('is not shown where it stays, or the marketplace has put them: then its orders call them so', async () => {
    const { order } = await refused();
    expect((await page())('main section').text()).not.toMatch(words);
    await RefusedEdit.destroy({ where: {} });
    const externalId = `own-${count}`;
    const student = { ...said, email: `own${count}@buyers.test` };
    await shop.put(`/api/v1/students/${externalId}`, student);
    await shop.put(`/api/v1/orders/${order.externalId ?? ''}?accept=title`, content({ buyer: student }));
    await rename({ order }, 'As we say again');
    const theirs = content({ title: 'Theirs', buyer: { ...student, firstName: 'M.' } });
    expect((await shop.put(`/api/v1/orders/${order.externalId ?? ''}`, theirs)).status).toBe(409);
    expect((await page())('main section').text()).not.toMatch(words);
  });

  it('ours: of the buyer, and the same content again changes nothing', async () => {
    const built = await booked();
    const here = await buildUser('student');
    await changeOrder(site.website.deps, { orderId: built.order.id, buyerId: here.id }, THE_SYSTEM);
    const buyer = { ...said, email: `other${count}@buyers.test` };
    expect((await shop.put(built.path, content({ buyer }))).status).toBe(409);
    expect((await page())('main section').text()).toContain(
      `Marketplace: Mia Berg (${buyer.email}), Europe/Berlin, de`,
    );
    await decide('ours');
    const where = { action: 'order_changed', entityId: built.order.id } as const;
    const audits = await ZoomAuditLog.count({ where });
    expect((await shop.put(built.path, content({ buyer }))).status).toBe(200);
    expect(await ZoomAuditLog.count({ where })).toBe(audits);
  });
});

it('shows that a class which was cancelled would take place with its other time', async () => {
  const { classDate, datePath } = await booked();
  await rescheduleClass(site.website.deps, { classDateId: classDate.id, localStart: '2030-01-15T12:00' }, THE_SYSTEM);
  await cancelClass(site.website.deps, { classDateId: classDate.id }, THE_SYSTEM);
  const theirs = classDateContent({ localStart: '2030-01-15T14:00' });
  expect((await shop.put(`${datePath}?reopen=true`, theirs)).body).toMatchObject({ code: 'changed_here' });
  expect((await page())('main section').text()).toMatch(/State \(comes with it\)[^]*Here: cancelled[^]*takes place/);
});

it('shows the oldest hundred, and how many there are', async () => {
  const { order } = await refused();
  const edit = await RefusedEdit.findOne({ where: { orderId: order.id }, rejectOnEmpty: true, raw: true });
  expect((await page())('main').text()).not.toContain('oldest');
  await RefusedEdit.bulkCreate(
    Array.from({ length: 100 }, (_one, index) => ({ ...edit, id: edit.id + 1 + index, subjectKey: `order:x${index}` })),
  );
  const $ = await page();
  expect($('main section')).toHaveLength(100);
  expect($('main').text()).toContain('the oldest 100 of 101');
});

it('ours: stands, and the same is not refused again', async () => {
  const { path, theirs, order } = await refused();
  expect(await decide('ours')).toContain('What was changed here stands.');
  const again = await shop.put(path, theirs);
  expect([again.status, again.body]).toMatchObject([200, { title: 'As we say', changedHere: ['title'] }]);
  expect((await page())('main').text()).toContain('Nothing waits for a decision.');
  const [audit] = await ZoomAuditLog.findAll({ where: { action: 'refused_edit_dropped', entityId: order.id } });
  expect(audit?.userId).toBe(admin.id);
  // Another word of theirs is another edit.
  expect((await shop.put(path, content({ title: 'Something else' }))).status).toBe(409);
});

it('theirs: goes through as it was sent, with what else came with it', async () => {
  const guests = [{ email: 'new@guests.test', name: null, timeZone: null, language: null }];
  const { path, theirs, order } = await refused({ guests });
  expect(await decide('theirs')).toContain('as the marketplace says');
  expect((await order.reload()).title).toBe('As the shop says');
  const again = await shop.put(path, theirs);
  expect([again.status, again.body]).toMatchObject([200, { changedHere: [], guests: [{ email: 'new@guests.test' }] }]);
  const where = { action: 'order_changed', entityType: 'book_order', entityId: order.id, userId: admin.id } as const;
  expect(await ZoomAuditLog.count({ where })).toBe(1);
});

it.each([
  ['ours', '2030-01-15T12:00'],
  ['theirs', '2030-01-15T14:00'],
] as const)('%s: of the time of a class', async (decision, localStart) => {
  const { classDate, datePath } = await booked();
  await rescheduleClass(site.website.deps, { classDateId: classDate.id, localStart: '2030-01-15T12:00' }, THE_SYSTEM);
  const theirs = classDateContent({ localStart: '2030-01-15T14:00' });
  expect((await shop.put(datePath, theirs)).status).toBe(409);
  await decide(decision);
  expect((await classDate.reload()).localStart).toBe(localStart);
  const again = await shop.put(datePath, theirs);
  expect([again.status, again.body]).toMatchObject([200, { localStart }]);
});

it('theirs: with what the marketplace had accepted itself', async () => {
  const guests = [{ email: 'mum@example.test', name: null, timeZone: null, language: null }];
  const built = await booked();
  const { path, order } = built;
  await rename(built, 'As we say');
  await addGuests(site.website.deps, { orderId: order.id, text: 'dad@example.test' }, THE_SYSTEM);
  const theirs = content({ title: 'As the shop says', guests });
  expect((await shop.put(`${path}?accept=title`, theirs)).status).toBe(409);
  expect(await decide('theirs')).toContain('as the marketplace says');
  expect((await order.reload()).title).toBe('As the shop says');
  expect((await shop.put(path, theirs)).body).toMatchObject({
    changedHere: [],
    guests: [{ email: 'mum@example.test' }],
  });
});

it('ours: of a buyer who is not known here yet', async () => {
  const built = await booked();
  const other = await buildUser('student');
  await changeOrder(site.website.deps, { orderId: built.order.id, buyerId: other.id }, THE_SYSTEM);
  const buyer = { email: `new${count}@buyers.test`, firstName: 'Nia', lastName: 'New', timeZone: null, language: null };
  const theirs = content({ buyer });
  expect((await shop.put(built.path, theirs)).status).toBe(409);
  expect((await page())('main').text()).toContain(`Nia New (${buyer.email})`);
  await decide('ours');
  expect((await shop.put(built.path, theirs)).status).toBe(200);
  expect((await built.order.reload()).userId).toBe(other.id);
});

it('ours: of a title, though the teacher whom the edit names is disabled by now', async () => {
  const other = await buildUser('teacher');
  const built = await booked();
  await shop.put(built.path, orderContent(other.email));
  await rename(built, 'As we say');
  const theirs = orderContent(other.email, { title: 'As the shop says' });
  expect((await shop.put(built.path, theirs)).status).toBe(409);
  await other.update({ disabledAt: new Date() });
  expect(await decide('ours')).toContain('What was changed here stands.');
  await other.update({ disabledAt: null });
  expect((await shop.put(built.path, theirs)).body).toMatchObject({ title: 'As we say', changedHere: ['title'] });
});

it('ours: of a buyer whose address is corrected afterwards', async () => {
  const [theirs, here] = [await buildUser('student'), await buildUser('student')];
  const built = await booked();
  await changeOrder(site.website.deps, { orderId: built.order.id, buyerId: here.id }, THE_SYSTEM);
  const { email, firstName, lastName } = theirs;
  const sent = content({ buyer: { email, firstName, lastName } });
  expect((await shop.put(built.path, sent)).status).toBe(409);
  await decide('ours');
  await theirs.update({ email: `corrected-${email}` });
  expect((await shop.put(built.path, sent)).body).toMatchObject({ changedHere: ['buyer'] });
  expect((await built.order.reload()).userId).toBe(here.id);
});

it.each(['ours', 'theirs'] as const)('%s: what the marketplace sends at that moment is not lost', async (decision) => {
  const { order } = await refused();
  const edit = await RefusedEdit.findOne({ where: { orderId: order.id }, rejectOnEmpty: true });
  const { id, refusedAt } = edit;
  const { deps } = site.website;
  const transaction = await deps.db.transaction();
  await BookOrder.findByPk(order.id, { lock: true, transaction });
  // It waits for the order, and meanwhile the marketplace is refused something else.
  const settling = settleRefusedEdit(deps, { id, refusedAt, decision }, THE_SYSTEM);
  await RefusedEdit.update({ refusedAt: new Date(refusedAt.getTime() + 1) }, { where: { id }, transaction });
  await Promise.all([
    expect(settling).rejects.toMatchObject({ status: 409, code: 'changed_meanwhile' }),
    transaction.commit(),
  ]);
  expect(await RefusedEdit.count({ where: { id } })).toBe(1);
  expect((await order.reload()).title).toBe('As we say');
});

/** As the API does it. */
function sendAtOnce({ order }: { order: BookOrder }, title: string, accept: readonly string[]) {
  const id = { customer: 'shop', orderId: order.externalId ?? '' };
  const precondition = { ifMatch: null, onlyNew: false, revision: null, accept };
  return putOrder(
    site.website.deps,
    { ...orderContent(teacherEmail, { title }), title, ...id, ...precondition },
    THE_SYSTEM,
  );
}

it('is forgotten by what the marketplace sends while it is being kept', async () => {
  const built = await booked();
  await rename(built, 'As we say');
  const keep = RefusedEdit.upsert.bind(RefusedEdit);
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const keeping = new Promise<void>((reached) => {
    jest.spyOn(RefusedEdit, 'upsert').mockImplementationOnce(async (...given) => {
      reached();
      await gate;
      return keep(...given);
    });
  });
  const before = expect(sendAtOnce(built, 'Said before it', [])).rejects.toMatchObject({ code: 'changed_here' });
  await keeping;
  const last = sendAtOnce(built, 'The last word', ['title']);
  await Promise.race([last, waitsForALock(site.website.deps.db)]).finally(goOn);
  await Promise.all([before, last]);
  expect(await RefusedEdit.count()).toBe(0);
  expect((await built.order.reload()).title).toBe('The last word');
});

it('is kept without what else it had brought: nobody is added by it', async () => {
  const built = await booked();
  await rename(built, 'As we say');
  const buyer = { email: `unseen${count}@buyers.test`, firstName: 'Una', lastName: 'Unseen' };
  expect((await shop.put(built.path, content({ title: 'As the shop says', buyer }))).status).toBe(409);
  expect([await RefusedEdit.count(), await User.count({ where: { email: buyer.email } })]).toEqual([1, 0]);
});

it('theirs: shows all that differs when something else of it was changed here meanwhile', async () => {
  const teacher = await buildUser('teacher');
  const { order } = await refused({ teacher: { email: teacher.email } });
  const here = await buildUser('teacher');
  await changeOrder(site.website.deps, { orderId: order.id, teacherId: here.id }, THE_SYSTEM);
  expect(await decide('theirs')).toContain('Something else of it has been changed here meanwhile');
  const text = (await page())('main').text();
  expect(text).toContain('Here: As we say');
  expect(text).toContain(`Marketplace: ${teacher.email}`);
  expect(await decide('theirs')).toContain('as the marketplace says');
  expect(await order.reload()).toMatchObject({ title: 'As the shop says', teacherId: teacher.id });
});

it('is decided only as it was seen, and waits no longer once the marketplace is content', async () => {
  const { path, order } = await refused();
  const form = (await page())('main section form').first();
  const seen = form.find('[name=refusedAt]').attr('value') ?? '';
  await shop.put(path, content({ title: 'Another word of theirs' }));
  expect(await decide('theirs', { refusedAt: seen })).toContain('has sent something else since');
  expect((await order.reload()).title).toBe('As we say');
  await shop.put(path, content());
  expect((await page())('main').text()).toContain('Nothing waits for a decision.');
  const late = await browser.submit(form.attr('action') ?? '', { decision: 'ours', refusedAt: seen });
  expect(late.status).toBe(404);
});

it('asks for a decision, and is for admins alone', async () => {
  await refused();
  const path = (await page())('main section form').attr('action') ?? '';
  await browser.submit(path, {});
  expect((await page())('.flash').text()).toContain('Choose whose word it is to be.');
  const { browser: teacher } = await signedInBrowser(site.website, 'teacher');
  expect((await teacher.submit(path, { decision: 'ours' })).status).toBe(403);
});
