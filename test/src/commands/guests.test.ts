import { addGuests } from '../../../src/commands/addGuests';
import { bookClassDate } from '../../../src/commands/bookClassDate';
import { correctGuest } from '../../../src/commands/correctGuest';
import { makePersonalLinks } from '../../../src/commands/makePersonalLinks';
import { planMails } from '../../../src/commands/planMails';
import { removeGuest } from '../../../src/commands/removeGuest';
import { settleClass } from '../../../src/commands/settleClass';
import type { AuditOrigin } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import type { BookOrder } from '../../../src/models/BookOrder';
import { ClassAttendance } from '../../../src/models/ClassAttendance';
import { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { OrderGuest } from '../../../src/models/OrderGuest';
import { User } from '../../../src/models/User';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { findJoinPass } from '../../../src/queries/findJoinPass';
import { hashToken, joinToken } from '../../../src/security/joinPass';
import type { Registrant } from '../../../src/zoom/registrants';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;
let origin: AuditOrigin;
let order: BookOrder;

beforeAll(async () => {
  website = await startWebsite();
  origin = { userId: (await buildUser('admin')).id, ipAddress: '192.0.2.7', userAgent: 'a browser' };
});

afterAll(() => website.close());

beforeEach(async () => {
  await ZoomAuditLog.destroy({ where: {} });
  order = await buildOrder();
  website.temporal.hints.length = 0;
});

const add = (text: string) => addGuests(website.deps, { orderId: order.id, text }, origin);
const remove = ({ id: guestId }: OrderGuest) => removeGuest(website.deps, { guestId }, origin);
const correct = ({ id: guestId }: OrderGuest, email: string, name = '') =>
  correctGuest(website.deps, { guestId, email, name }, origin);

const guestOf = (email: string) => OrderGuest.findOne({ where: { orderId: order.id, email }, rejectOnEmpty: true });

async function addOne(text: string): Promise<OrderGuest> {
  await add(text);
  return OrderGuest.findOne({ where: { orderId: order.id }, order: [['id', 'DESC']], rejectOnEmpty: true });
}

function passOf({ id: guestId }: OrderGuest, { id: classDateId }: ClassDate): Promise<ZoomSecureToken> {
  return ZoomSecureToken.findOne({ where: { guestId, classDateId }, rejectOnEmpty: true });
}

/** The token that the link of this pass carries. */
function tokenOf({ randomKey: classKey }: ClassDate, { keyId, epoch, guestId }: ZoomSecureToken): string {
  return joinToken(website.deps.signingKeys, { keyId, classKey, person: `guest:${guestId ?? 0}`, epoch });
}

/** As it is when somebody has come in by it, and their invitation was sent. */
async function used(pass: ZoomSecureToken, classDate: ClassDate): Promise<MailDelivery> {
  const meeting = await buildMeeting(website.deps.encryption, classDate);
  await pass.update({
    ...{ usedAt: new Date(), holderHash: 'h'.repeat(64), takeovers: 2 },
    ...{ linkMeetingId: meeting.id, linkQuality: 'registrant', registrantId: 'former', personalUrlEncrypted: 'x' },
  });
  await planMails({ classDateId: classDate.id, now: new Date(), kinds: ['guest_invitation'] });
  const mail = await MailDelivery.findOne({ where: { passId: pass.id }, rejectOnEmpty: true });
  return mail.update({ state: 'sent', sentAt: new Date(), attempts: 1 });
}

const REISSUED = {
  ...{ epoch: 2, usedAt: null, holderHash: null, takeovers: 0, revokedAt: null },
  ...{ linkMeetingId: null, linkQuality: null, registrantId: null, personalUrlEncrypted: null },
};

async function audits(action: string) {
  const rows = await ZoomAuditLog.findAll({ where: { action }, order: ['id'] });
  return rows.map((row) => {
    expect(row).toMatchObject({ userId: origin.userId, ipAddress: origin.ipAddress });
    return { type: row.entityType, id: row.entityId, metadata: JSON.parse(row.metadata ?? '{}') as unknown };
  });
}

describe('adding guests', () => {
  it('gives them a pass for each class date that is not over, and tells those classes', async () => {
    const open = [
      await buildClassDate({ order }),
      await buildClassDate({ order, state: 'live', startsAt: addMinutes(new Date(), -10) }),
      await buildClassDate({ order, state: 'ended' }),
    ];
    for (const state of ['settled', 'cancelled', 'missed'] as const) await buildClassDate({ order, state });
    await buildClassDate({ order, state: 'ended', closedAt: new Date() });
    await buildClassDate();

    expect(await add('Mum <mum@example.test>\ndad@example.test')).toEqual({ added: 2, notes: [] });
    const guests = [await guestOf('mum@example.test'), await guestOf('dad@example.test')];
    expect(guests.map(({ name }) => name)).toEqual(['Mum', null]);
    for (const guest of guests) {
      const passes = await ZoomSecureToken.findAll({ where: { guestId: guest.id }, order: ['classDateId'] });
      expect(passes.map(({ classDateId }) => classDateId)).toEqual(open.map(({ id }) => id));
      for (const [index, pass] of passes.entries()) {
        expect(pass).toMatchObject({ email: guest.email, epoch: 1, userId: null, revokedAt: null });
        expect(pass.token).toBe(hashToken(tokenOf(open[index] ?? new ClassDate(), pass)));
      }
    }
    expect(website.temporal.hints.sort()).toEqual(open.map(({ id }) => `${id}: roster changed`).sort());
    expect(await audits('guest_added')).toEqual(
      guests.map(({ id: guestId }) => ({ type: 'book_order', id: order.id, metadata: { guestId, passes: 3 } })),
    );
    expect(await audits('token_generated')).toHaveLength(3);
  });

  it('adds nobody twice, nor the buyer, and says so', async () => {
    await buildClassDate({ order });
    await add('Mum <mum@example.test>');
    website.temporal.hints.length = 0;
    const buyer = await User.findByPk(order.userId, { rejectOnEmpty: true });
    const { added, notes } = await add(`MUM@example.test\n${buyer.email}`);
    expect(added).toBe(0);
    expect(notes).toEqual([
      `${buyer.email} is the buyer and has a pass already.`,
      'mum@example.test is a guest already.',
    ]);
    expect(website.temporal.hints).toEqual([]);
    expect(await audits('guest_added')).toHaveLength(1);
    const many = Array.from({ length: 8 }, (_, index) => `g${index}@example.test`).join('\n');
    expect((await add(`${many}\n${many}`)).added).toBe(8);
    expect((await add(many)).notes.at(-1)).toBe('So are 3 more.');
  });

  it.each([
    ['nobody', ' \n', 'Enter at least one guest.'],
    ['a line that is none', 'mum@example.test\nnobody', 'Line 2'],
    ['an address that is another’s to MySQL', 'jose@example.test\njosé@example.test', 'in accents only'],
  ])('saves nothing of %s', async (_what, text, message) => {
    await expect(add(text)).rejects.toThrow(message);
    expect(await OrderGuest.count({ where: { orderId: order.id } })).toBe(0);
  });

  it('refuses an order there is none of', async () => {
    await expect(addGuests(website.deps, { orderId: 999_999, text: 'a@b.co' }, origin)).rejects.toThrow(
      'no such order',
    );
  });

  it('brings back whoever was removed, with a new link and another invitation', async () => {
    const classDate = await buildClassDate({ order });
    const over = await buildClassDate({ order });
    const guest = await addOne('Mum <mum@example.test>');
    await over.update({ state: 'settled' });
    const pass = await passOf(guest, classDate);
    const former = tokenOf(classDate, pass);
    const mail = await used(pass, classDate);
    await remove(guest);
    await mail.update({ state: 'skipped' });
    const later = await buildClassDate({ order });

    expect((await add('MUM@example.test')).added).toBe(1);
    expect(await guest.reload()).toMatchObject({ removedAt: null, name: 'Mum', email: 'mum@example.test' });
    expect(await pass.reload()).toMatchObject(REISSUED);
    expect(await findJoinPass(website.deps.db, former, null)).toMatchObject({ isFormerLink: true });
    expect(await mail.reload()).toMatchObject({ state: 'queued', attempts: 0, sentAt: null });
    expect(await passOf(guest, later)).toMatchObject({ epoch: 1 });
    expect((await passOf(guest, over)).epoch).toBe(1);
    expect(await ZoomSecureToken.count({ where: { guestId: guest.id } })).toBe(3);
  });

  it('makes one pass when several admins add the same guest at once', async () => {
    const classDate = await buildClassDate({ order });
    const added = await Promise.all(Array.from({ length: 8 }, () => add('mum@example.test')));
    expect(added.map((result) => result.added).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    expect(await ZoomSecureToken.count({ where: { classDateId: classDate.id } })).toBe(1);
    expect(await audits('guest_added')).toHaveLength(1);
  });

  it('leaves nobody without a pass when a class date is booked at the same moment', async () => {
    const booking = { orderId: order.id, timeZone: 'UTC', durationMinutes: 60 };
    const book = (day: number) =>
      bookClassDate(
        website.deps,
        { ...booking, localStart: `${new Date().getFullYear() + 1}-05-1${day}T10:00` },
        origin,
      );
    for (let day = 0; day < 6; day += 1) await Promise.all([book(day), add(`g${day}@example.test`)]);
    const guests = await OrderGuest.count({ where: { orderId: order.id } });
    const classDates = await ClassDate.findAll({ where: { orderId: order.id } });
    const passes = classDates.map(({ id }) => ZoomSecureToken.count({ where: { classDateId: id } }));
    expect(await Promise.all(passes)).toEqual(classDates.map(() => guests + 1));
  });
});

describe('removing a guest', () => {
  it('withdraws their passes while a class is live, and leaves those of classes that are over', async () => {
    const live = await buildClassDate({ order, state: 'live', startsAt: addMinutes(new Date(), -10) });
    const over = await buildClassDate({ order });
    const guest = await addOne('mum@example.test');
    await add('dad@example.test');
    await over.update({ state: 'settled' });
    website.temporal.hints.length = 0;

    expect(await remove(guest)).toBe(true);
    expect((await guest.reload()).removedAt).not.toBeNull();
    expect((await passOf(guest, live)).revokedAt).not.toBeNull();
    expect((await passOf(guest, over)).revokedAt).toBeNull();
    expect((await passOf(await guestOf('dad@example.test'), live)).revokedAt).toBeNull();
    expect(website.temporal.hints).toEqual([`${live.id}: roster changed`]);
    const metadata = { guestId: guest.id, passes: 1 };
    expect(await audits('guest_removed')).toEqual([{ type: 'book_order', id: order.id, metadata }]);
  });

  it('counts them absent from no class that they were removed before', async () => {
    const classDate = await buildClassDate({ order, state: 'ended', startsAt: addMinutes(new Date(), -180) });
    const guest = await addOne('mum@example.test');
    const stays = await addOne('dad@example.test');
    await remove(guest);
    await classDate.update({ closedAt: new Date() });
    await settleClass(website.deps, { classDateId: classDate.id, now: new Date() });
    const rows = await ClassAttendance.findAll({ where: { classDateId: classDate.id }, order: ['id'] });
    expect(rows.map(({ personKey }) => personKey)).toEqual([`teacher:${order.teacherId}`, `guest:${stays.id}`]);
  });

  it('is done once, however often it is asked for', async () => {
    await buildClassDate({ order });
    const guest = await addOne('mum@example.test');
    const results = await Promise.all(Array.from({ length: 5 }, () => remove(guest)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await audits('guest_removed')).toHaveLength(1);
  });
});

describe('correcting a guest', () => {
  it('gives another address a link of its own, lets the former one die, and invites again', async () => {
    const classDate = await buildClassDate({ order });
    const notYetMailed = await buildClassDate({ order });
    const over = await buildClassDate({ order });
    const guest = await addOne('Mum <mom@example.test>');
    await over.update({ closedAt: new Date() });
    const pass = await passOf(guest, classDate);
    const former = tokenOf(classDate, pass);
    const mail = await used(pass, classDate);
    const { messageKey } = mail;
    website.temporal.hints.length = 0;

    const corrected = await correct(guest, 'mum@example.test', 'Mum');
    expect(corrected).toEqual({ name: false, address: true, invitations: 1 });
    expect(await pass.reload()).toMatchObject({ ...REISSUED, email: 'mum@example.test' });
    const door = await findJoinPass(website.deps.db, former, 'h'.repeat(64));
    expect(door).toMatchObject({ isFormerLink: true, holderHash: null });
    expect(await mail.reload()).toMatchObject({ state: 'queued', attempts: 0, sentAt: null, leaseHolder: null });
    expect(mail.messageKey).not.toBe(messageKey);
    expect(await passOf(guest, notYetMailed)).toMatchObject({ email: 'mum@example.test', epoch: 2 });
    expect(await passOf(guest, over)).toMatchObject({ email: 'mom@example.test', epoch: 1 });
    expect(website.temporal.hints.sort()).toEqual(
      [classDate, notYetMailed].map(({ id }) => `${id}: roster changed`).sort(),
    );
    const metadata = { guestId: guest.id, name: false, address: true, passes: 2, invitations: 1 };
    expect(await audits('guest_corrected')).toEqual([{ type: 'book_order', id: order.id, metadata }]);
  });

  it('changes only the name where only the name is other, and nothing where nothing is', async () => {
    const classDate = await buildClassDate({ order });
    const guest = await addOne('mum@example.test');
    website.temporal.hints.length = 0;
    expect(await correct(guest, 'mum@example.test', 'Mum')).toEqual({ name: true, address: false, invitations: 0 });
    expect(await correct(guest, 'mum@example.test', 'Mum')).toMatchObject({ name: false, address: false });
    expect((await guest.reload()).name).toBe('Mum');
    expect((await passOf(guest, classDate)).epoch).toBe(1);
    expect(website.temporal.hints).toEqual([]);
    expect(await audits('guest_corrected')).toHaveLength(1);
    await correct(guest, 'mum@example.test');
    expect((await guest.reload()).name).toBeNull();
  });

  it('changes the name where the address has come to be the buyer’s too', async () => {
    const guest = await addOne('mum@example.test');
    await User.update({ email: 'mum@example.test' }, { where: { id: order.userId } });
    expect(await correct(guest, 'mum@example.test', 'Mum')).toMatchObject({ name: true, address: false });
  });

  it('refuses an address that is somebody else’s of the order, or none', async () => {
    const guest = await addOne('mum@example.test');
    await add('dad@example.test\njose@example.test\ngone@example.test');
    await remove(await guestOf('gone@example.test'));
    const buyer = await User.findByPk(order.userId, { rejectOnEmpty: true });
    for (const [email, message] of [
      ['DAD@example.test', 'Another guest has this address'],
      ['gone@example.test', 'was a guest and was removed'],
      ['josé@example.test', 'but for its accents'],
      [buyer.email.toUpperCase(), 'This is the buyer'],
      ['nobody', 'Enter one e-mail address'],
    ] as const) {
      await expect(correct(guest, email)).rejects.toMatchObject({
        fields: [{ field: 'email', message: expect.stringContaining(message) as string }],
      });
    }
    await expect(correct(guest, 'mum@example.test', 'x'.repeat(121))).rejects.toThrow('at most 120');
    expect((await guest.reload()).email).toBe('mum@example.test');
    await expect(correct(await guestOf('gone@example.test'), 'a@b.co')).rejects.toThrow('was removed');
  });

  it('gives one address to one of two guests who are corrected to it at once', async () => {
    const guests = [await addOne('one@example.test'), await addOne('two@example.test')];
    const results = await Promise.allSettled(guests.map((guest) => correct(guest, 'three@example.test')));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await OrderGuest.count({ where: { orderId: order.id, email: 'three@example.test' } })).toBe(1);
  });

  it('holds even while Zoom is asked for the link of the former address', async () => {
    const classDate = await buildClassDate({ order, state: 'ready' });
    await buildMeeting(website.deps.encryption, classDate, { registration: true });
    const guest = await addOne('mom@example.test');
    const asked: string[] = [];
    const addRegistrants = async (_teacher: number, _meeting: string, people: readonly { email: string }[]) => {
      if (asked.length === 0) await correct(guest, 'mum@example.test');
      asked.push(...people.map(({ email }) => email));
      return people.map(({ email }): Registrant => ({
        email,
        registrantId: `of ${email}`,
        joinUrl: 'https://zoom.us/w/1',
      }));
    };
    const deps = { ...website.deps, zoom: { ...website.deps.zoom, addRegistrants } };
    await makePersonalLinks(deps, { classDateId: classDate.id, now: new Date() });
    expect(asked).toEqual(['mom@example.test', 'mum@example.test']);
    expect((await passOf(guest, classDate)).registrantId).toBe('of mum@example.test');
  });
});
