import { changeUser } from '../../../../src/commands/changeUser';
import { disableUser } from '../../../../src/commands/disableUser';
import { enableUser } from '../../../../src/commands/enableUser';
import { settleRefusedEdit } from '../../../../src/commands/settleRefusedEdit';
import { THE_SYSTEM } from '../../../../src/commands/writeAudit';
import { RefusedEdit } from '../../../../src/models/RefusedEdit';
import { BookOrder } from '../../../../src/models/BookOrder';
import { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { parse, passwordHash, signedInBrowser, type Browser } from '../../../support/browser';

/** Edits of people that a marketplace was refused: an admin decides about them as about those of orders. */
let site: ApiSite;
let shop: Caller;
let browser: Browser;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  ({ browser } = await signedInBrowser(site.website, 'admin'));
});

afterAll(() => site.close());

beforeEach(() => RefusedEdit.destroy({ where: {} }));

let count = 0;

async function put(role: 'student' | 'teacher' = 'student') {
  count += 1;
  const email = `refused${count}@people.test`;
  const content = { email, firstName: 'Mia', lastName: 'Berg', timeZone: 'Europe/Berlin', language: 'de' };
  const path = `/api/v1/${role}s/X-${count}`;
  await shop.put(path, content);
  return { path, content, user: await User.findOne({ where: { email }, rejectOnEmpty: true }) };
}

const change = ({ id }: User, changed: Parameters<typeof changeUser>[2]) =>
  changeUser(site.website.deps, id, changed, THE_SYSTEM);

/** Renamed here, and then by the shop, which gives another zone as well. */
async function refused() {
  const built = await put();
  await change(built.user, { lastName: 'Ours' });
  const theirs = { ...built.content, lastName: 'Theirs', timeZone: 'Europe/Paris' };
  expect((await shop.put(built.path, theirs)).status).toBe(409);
  return { ...built, theirs };
}

const page = async () => parse(await browser.get(paths.refusedEdits));

async function decide(decision: 'ours' | 'theirs'): Promise<string> {
  const form = (await page())('main section form').first();
  const refusedAt = form.find('[name=refusedAt]').attr('value') ?? '';
  const answer = await browser.submit(form.attr('action') ?? '', { decision, refusedAt });
  return parse(await browser.get(answer.headers['location'] ?? ''))('.flash').text();
}

it('stands beside what was changed here, the last one of each person alone', async () => {
  const { path, theirs, user } = await refused();
  await shop.put(path, { ...theirs, lastName: 'Theirs now' });
  const $ = await page();
  expect($('main section')).toHaveLength(1);
  expect($('main h2 a').attr('href')).toBe(paths.person(user.id));
  expect($('main section').text()).toMatch(
    /The student Mia Ours[^]*Last name[^]*Here: Ours[^]*Marketplace: Theirs now/,
  );
});

it('shows all that would change, and marks what was not changed here and comes with it', async () => {
  await refused();
  expect((await page())('main section').text()).toMatch(
    /Time zone \(comes with it\)[^]*Here: Europe\/Berlin[^]*Marketplace: Europe\/Paris/,
  );
  expect((await page())('main section dt')).toHaveLength(2);
});

it('theirs: of a name, moves nobody who signs in with a password to the address that came with it', async () => {
  const { path, content, user } = await put('teacher');
  await user.update({ passwordHash: await passwordHash() });
  await change(user, { lastName: 'Ours' });
  const theirs = { ...content, lastName: 'Theirs', email: `attacker${count}@people.test` };
  for (const accept of ['', '?accept=email']) {
    expect((await shop.put(`${path}${accept}`, theirs)).body).toMatchObject({ code: 'changed_here' });
    expect((await page())('main section').text()).toContain(`Marketplace: ${theirs.email}`);
    expect(await decide('theirs')).toContain('An admin has to change their address, on their page.');
    expect(await user.reload()).toMatchObject({ email: content.email, lastName: 'Ours' });
  }
  // Once an admin has moved them by hand, nothing speaks against the rest.
  await change(user, { email: theirs.email });
  expect(await decide('theirs')).toContain('as the marketplace says');
  expect(await user.reload()).toMatchObject({ email: theirs.email, lastName: 'Theirs' });
});

it('theirs: of a name, neither moves nor lets in somebody whom orders of others name', async () => {
  const { path, content, user } = await put();
  const teacher = await buildUser('teacher');
  await BookOrder.create({ userId: user.id, teacherId: teacher.id, title: 'Ours' });
  await change(user, { lastName: 'Ours' });
  const theirs = { ...content, lastName: 'Theirs' };
  const moved = { ...theirs, email: `moved${count}@people.test` };
  expect((await shop.put(path, moved)).body).toMatchObject({ code: 'changed_here' });
  expect(await decide('theirs')).toContain('Orders that are not yours name this person too.');
  await disableUser(site.website.deps, user.id, THE_SYSTEM);
  expect((await shop.put(`${path}?enable=true&accept=state`, theirs)).body).toMatchObject({ code: 'changed_here' });
  expect((await page())('main section').text()).toMatch(/State \(comes with it\)[^]*Here: disabled[^]*enabled/);
  expect(await decide('theirs')).toContain('Enable them on their page first, or keep ours.');
  const { email, disabledAt } = await user.reload();
  expect([email, disabledAt]).toEqual([content.email, expect.any(Date)]);
});

it('is led to from the page of its person, until it is decided', async () => {
  const { user } = await refused();
  const leads = async ({ id }: User) =>
    parse(await browser.get(paths.person(id)))(`main .flash a[href="${paths.refusedEdits}"]`).length;
  expect([await leads(user), await leads((await put()).user)]).toEqual([1, 0]);
  await decide('ours');
  expect(await leads(user)).toBe(0);
});

it('ours: stands, and the same is not refused again', async () => {
  const { path, theirs, user } = await refused();
  expect(await decide('ours')).toContain('What was changed here stands.');
  const again = await shop.put(path, theirs);
  expect([again.status, again.body]).toMatchObject([
    200,
    { lastName: 'Ours', timeZone: 'Europe/Paris', changedHere: ['lastName'] },
  ]);
  const where = { action: 'refused_edit_dropped', entityType: 'user', entityId: user.id } as const;
  expect(await ZoomAuditLog.count({ where })).toBe(1);
  expect(await RefusedEdit.count()).toBe(0);
});

it('theirs: goes through as it was sent, with what else came with it', async () => {
  const { path, theirs, user } = await refused();
  expect(await decide('theirs')).toContain('as the marketplace says');
  expect(await user.reload()).toMatchObject({ lastName: 'Theirs', timeZone: 'Europe/Paris' });
  expect((await shop.put(path, theirs)).body).toMatchObject({ changedHere: [] });
  expect(await RefusedEdit.count()).toBe(0);
});

it('theirs: an admin moves somebody whom the marketplace alone may not move', async () => {
  const { path, content, user } = await put('teacher');
  await user.update({ passwordHash: await passwordHash() });
  await change(user, { email: `ours${count}@people.test` });
  const theirs = { ...content, email: `theirs${count}@people.test` };
  expect((await shop.put(path, theirs)).status).toBe(409);
  expect((await shop.put(`${path}?accept=email`, theirs)).body).toMatchObject({ code: 'needs_admin' });
  await decide('theirs');
  expect((await user.reload()).email).toBe(theirs.email);
});

it('is forgotten once the marketplace overwrites it, and once the person is another marketplace’s', async () => {
  const { path, theirs, user } = await refused();
  expect((await shop.put(`${path}?accept=lastName`, theirs)).status).toBe(200);
  expect(await RefusedEdit.count()).toBe(0);
  await change(user, { lastName: 'Ours again' });
  expect((await shop.put(path, { ...theirs, lastName: 'More' })).status).toBe(409);
  const [edit] = await RefusedEdit.findAll();
  await change(user, { customer: 'other', externalId: 'O-1' });
  expect(await RefusedEdit.count()).toBe(0);
  const settled = settleRefusedEdit(site.website.deps, { id: edit?.id ?? 0, decision: 'theirs' }, THE_SYSTEM);
  await expect(settled).rejects.toMatchObject({ status: 404 });
});

it('is decided as it was looked at: not when something else was sent meanwhile', async () => {
  const { path, theirs, user } = await refused();
  const [edit] = await RefusedEdit.findAll();
  await shop.put(path, { ...theirs, lastName: 'Theirs now' });
  const seen = { id: edit?.id ?? 0, refusedAt: edit?.refusedAt };
  for (const decision of ['ours', 'theirs'] as const) {
    const settled = settleRefusedEdit(site.website.deps, { ...seen, decision }, THE_SYSTEM);
    await expect(settled).rejects.toMatchObject({ code: 'changed_meanwhile' });
  }
  expect((await user.reload()).lastName).toBe('Ours');
});

/** Renamed by the shop, which wants them let in as well, and then disabled here. */
async function refusedThenDisabled(query = 'enable=true') {
  const { path, theirs, user } = await refused();
  await RefusedEdit.destroy({ where: {} });
  expect((await shop.put(`${path}?${query}`, theirs)).status).toBe(409);
  await disableUser(site.website.deps, user.id, THE_SYSTEM);
  return { path, theirs, user };
}

it.each([
  ['enable=true'],
  // What the shop accepts it accepted before.
  ['enable=true&accept=state'],
])(
  'theirs: however often it is pressed, lets nobody in who was disabled meanwhile, until they are enabled (%s)',
  async (query) => {
    const { user } = await refusedThenDisabled(query);
    for (let press = 0; press < 2; press += 1) {
      expect((await page())('main section').text()).toMatch(/State \(comes with it\)[^]*Here: disabled[^]*: enabled/);
      expect(await decide('theirs')).toContain('Enable them on their page first, or keep ours.');
      expect(await user.reload()).toMatchObject({ lastName: 'Ours', disabledAt: expect.any(Date) as Date });
    }
    await enableUser(site.website.deps, user.id, THE_SYSTEM);
    expect(await decide('theirs')).toContain('as the marketplace says');
    expect(await user.reload()).toMatchObject({ lastName: 'Theirs', disabledAt: null });
  },
);

it('ours: lets nobody in who was disabled meanwhile', async () => {
  const { path, theirs, user } = await refusedThenDisabled();
  await decide('ours');
  expect((await shop.put(`${path}?enable=true`, theirs)).body).toMatchObject({ code: 'changed_here' });
  expect((await user.reload()).disabledAt).not.toBeNull();
});

it('is not kept where somebody disabled is to be let in: that is decided on their page', async () => {
  const { path, content, user } = await put();
  await disableUser(site.website.deps, user.id, THE_SYSTEM);
  expect((await shop.put(`${path}?enable=true`, content)).status).toBe(409);
  expect(await RefusedEdit.count()).toBe(0);
});
