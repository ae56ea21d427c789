import { addGuests } from '../../src/commands/addGuests';
import { correctGuest } from '../../src/commands/correctGuest';
import { removeGuest } from '../../src/commands/removeGuest';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { OrderGuest } from '../../src/models/OrderGuest';
import { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { hashToken } from '../../src/security/joinPass';
import { at, book, finish, mailsTo, reaches, roomsAtZoom } from '../support/classScene';
import { eventually } from '../support/eventually';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';

let scene: SkippingScene;

beforeAll(async () => {
  scene = await startSkippingScene();
});

afterAll(() => scene.close());

let classDate: ClassDate;

afterEach(async () => {
  scene.stack.mailbox.clear();
  await finish(scene, classDate);
});

async function add(text: string): Promise<OrderGuest> {
  const { orderId } = classDate;
  await addGuests(scene.stack.deps, { orderId, text }, THE_SYSTEM);
  return OrderGuest.findOne({ where: { orderId }, order: [['id', 'DESC']], rejectOnEmpty: true });
}

function passOf({ id: guestId }: OrderGuest): Promise<ZoomSecureToken> {
  return ZoomSecureToken.findOne({ where: { guestId, classDateId: classDate.id }, rejectOnEmpty: true });
}

/** The addresses that may come in at Zoom by a link of their own. */
async function registered(): Promise<string[]> {
  const [room] = await roomsAtZoom(scene, classDate);
  const approved = (room?.registrants ?? []).filter(({ status }) => status === 'approved');
  return approved.map(({ email }) => email);
}

async function hasOwnLink(guest: OrderGuest): Promise<void> {
  await eventually('the guest has their own link', async () => (await passOf(guest)).linkQuality === 'registrant');
}

const mailsOf = (email: string) => mailsTo(scene.stack, email);

const isInvited = (email: string) => eventually(`${email} is invited`, () => mailsOf(email).length > 0);

const INVITATION = expect.stringContaining('Invited') as string;

it('a guest who is added at T−10 is invited at once and gets their own way in', async () => {
  classDate = await book(scene, { minutesAhead: 20, students: 1 });
  await reaches(classDate, 'ready');
  await at(scene, classDate, -10);
  const guest = await add('Gina <gina@guests.example>');
  await isInvited('gina@guests.example');
  await hasOwnLink(guest);
  expect(mailsOf('gina@guests.example')).toEqual([INVITATION]);
  expect(await registered()).toContain('gina@guests.example');
});

it('a guest who is removed at T−40 gets no mail and no way in; added again at T−10, they get both', async () => {
  classDate = await book(scene, { minutesAhead: 60, students: 1 });
  const guest = await add('otto@guests.example');
  await at(scene, classDate, -40);
  await removeGuest(scene.stack.deps, { guestId: guest.id }, THE_SYSTEM);
  await at(scene, classDate, -29.9);
  await reaches(classDate, 'ready');
  // The buyer's and the teacher's, which were planned in the same look.
  const sent = () => MailDelivery.count({ where: { classDateId: classDate.id, state: 'sent' } });
  await eventually('the others are mailed', async () => (await sent()) === 2);
  expect(await MailDelivery.count({ where: { classDateId: classDate.id } })).toBe(2);
  expect(mailsOf('otto@guests.example')).toEqual([]);
  expect(await registered()).toHaveLength(1);

  await at(scene, classDate, -10);
  await add('otto@guests.example');
  await isInvited('otto@guests.example');
  await hasOwnLink(guest);
});

it('a guest who is corrected at T−10, after the mails, is invited at the new address, and at that alone', async () => {
  classDate = await book(scene, { minutesAhead: 20, students: 1 });
  const guest = await add('anna@gusets.example');
  await isInvited('anna@gusets.example');
  await hasOwnLink(guest);
  await at(scene, classDate, -10);
  const correction = { guestId: guest.id, email: 'anna@guests.example', name: '' };
  await correctGuest(scene.stack.deps, correction, THE_SYSTEM);
  await isInvited('anna@guests.example');
  await hasOwnLink(guest);
  const isOnly = async () => {
    const emails = await registered();
    return emails.includes('anna@guests.example') && !emails.includes('anna@gusets.example');
  };
  await eventually('Zoom lets in the new address, and the former one no more', isOnly);
  expect(mailsOf('anna@guests.example')).toEqual([INVITATION]);
  expect(mailsOf('anna@gusets.example')).toEqual([INVITATION]);
  const [mail] = scene.stack.mailbox.messages().filter(({ to }) => to === 'anna@guests.example');
  const token = /token=([0-9a-f]{64})/.exec(mail?.text ?? '')?.[1] ?? '';
  expect(hashToken(token)).toBe((await passOf(guest)).token);
});

it('a guest who is removed after the mails is let in by Zoom no more, even if Zoom fails at first', async () => {
  classDate = await book(scene, { minutesAhead: 20, students: 1 });
  const guest = await add('rita@guests.example');
  await hasOwnLink(guest);
  scene.stack.zoom.control.addFault({ kind: 'status', operation: 'meetingRegistrantStatus', status: 503, times: 2 });
  await removeGuest(scene.stack.deps, { guestId: guest.id }, THE_SYSTEM);
  await scene.sleep(2 * 60_000);
  const isOut = async () => !(await registered()).includes('rita@guests.example');
  await eventually('Zoom has taken the link back', isOut);

  await add('rita@guests.example');
  await eventually('she comes back', async () => (await registered()).includes('rita@guests.example'));
});
