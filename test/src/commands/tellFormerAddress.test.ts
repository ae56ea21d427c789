import { changeUser } from '../../../src/commands/changeUser';
import { putPerson } from '../../../src/commands/putPerson';
import { resendMails } from '../../../src/commands/resendMails';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import type { Mailbox } from '../../../src/dev/mailbox/server';
import { addMinutes } from '../../../src/domain/clock';
import { BookOrder } from '../../../src/models/BookOrder';
import { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import type { User } from '../../../src/models/User';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { paths } from '../../../src/routes/paths';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { sendAccountMails } from '../../support/accountMail';
import { parse, passwordHash, signedInBrowser } from '../../support/browser';
import { startMailedWebsite } from '../../support/mailedWebsite';
import type { Website } from '../../support/website';

let website: Website;
let mailbox: Mailbox;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ website, mailbox, close } = await startMailedWebsite());
});

afterAll(() => close());

let count = 0;
const elsewhere = () => `elsewhere${(count += 1)}@example.test`;

const buildTeacher = async () => buildUser('teacher', { passwordHash: await passwordHash() });

/** A student with a pass and a mail about its class, which stands as it is said. */
async function buildStudent(state: MailDelivery['state']): Promise<User> {
  const student = await buildUser('student');
  const order = await buildOrder({ userId: student.id });
  const classDate = await buildClassDate({ order, state: 'scheduled', startsAt: addMinutes(new Date(), 5_000) });
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await buildMail(classDate, pass, { state });
  return student;
}

/** A mail about their class has just gone out to where they read now. */
async function mailStudent({ id: userId }: User, state: MailDelivery['state'] = 'sent'): Promise<void> {
  const pass = await ZoomSecureToken.findOne({ where: { userId }, rejectOnEmpty: true });
  const classDate = await ClassDate.findByPk(pass.classDateId, { rejectOnEmpty: true });
  await buildMail(classDate, pass, { kind: 'new_link', state, sentAt: state === 'sent' ? new Date() : null });
}

const moveTo = ({ id }: User, email: string) => changeUser(website.deps, id, { email }, THE_SYSTEM);
const mailsTo = (email: string) => mailbox.messages().filter(({ to }) => to === email);
const ledger = ({ id }: User) =>
  MailDelivery.findAll({ where: { userId: id, kind: 'address_changed' }, order: ['id'] });

/** What is mailed to the address that was theirs, when they have moved to another one. */
async function toldAtFormer(user: User): Promise<number> {
  const [former, email] = [user.email, elsewhere()];
  await moveTo(user, email);
  await sendAccountMails(website.deps, user.id);
  await sendAccountMails(website.deps, user.id);
  expect(mailsTo(email)).toHaveLength(0);
  return mailsTo(former).length;
}

it('tells whoever reads at the former address of somebody who signs in, once, and nothing of the new one', async () => {
  const { browser } = await signedInBrowser(website, 'admin');
  const teacher = await buildTeacher();
  const { id, firstName, lastName, timeZone, email: former } = teacher;
  const [email, renamed] = [elsewhere(), 'Nobodysbusiness'];
  const answer = await browser.submit(paths.person(id), {
    ...{ email, firstName: renamed, lastName, timeZone: timeZone ?? '', customer: '', externalId: '' },
  });
  expect(answer.status).toBe(303);
  await sendAccountMails(website.deps, id);
  await sendAccountMails(website.deps, id);
  const [mail, ...others] = mailsTo(former);
  expect([mail?.subject, others]).toEqual(['Your address at DreamCrowd Live was changed', []]);
  expect(mail?.text).toContain(former);
  expect(mail?.text).toContain('is signed out');
  for (const text of [mail?.text, mail?.html]) {
    expect(text).toContain(website.deps.config.supportEmail);
    for (const secret of [email, firstName, renamed, lastName, 'token=']) expect(text).not.toContain(secret);
  }
  expect(mailsTo(email)).toHaveLength(0);
  const page = parse(await browser.get(`${paths.deliveries}?to=user%3A${id}`));
  expect(page('#content').text()).toMatch(/Address was changed, to the former one[^]*their former address/);
  expect(page('#content').text()).toContain(former);
});

describe('somebody who has no password', () => {
  it.each([
    ['was mailed about a class', 'sent', 1],
    ['may have been mailed', 'unknown', 1],
    ['was to be mailed, and never was', 'queued', 0],
    ['could not be mailed', 'bounced', 0],
  ] as const)('and %s', async (_, state, mails) => {
    expect(await toldAtFormer(await buildStudent(state))).toBe(mails);
  });

  it('and never had anything to do with mails is nobody to be told', async () => {
    expect(await toldAtFormer(await buildUser('student'))).toBe(0);
  });
});

describe('a slip', () => {
  it.each(['sent', 'unknown'] as const)(
    'that is corrected before anything was mailed there is told to nobody (%s)',
    async (state) => {
      const student = await buildStudent(state);
      await mailStudent(student, state);
      const [former, slip] = [student.email, elsewhere()];
      await moveTo(student, slip);
      await moveTo(student, elsewhere());
      await sendAccountMails(website.deps, student.id);
      expect([mailsTo(former).length, mailsTo(slip).length]).toEqual([1, 0]);
    },
  );

  it('is told of where something was mailed meanwhile', async () => {
    const student = await buildStudent('sent');
    const slip = elsewhere();
    await moveTo(student, slip);
    await mailStudent(student);
    expect(await toldAtFormer(await student.reload())).toBe(1);
  });

  it('that was undone at once hides no later change from whoever was mailed before it', async () => {
    const student = await buildStudent('sent');
    const former = student.email;
    await moveTo(student, elsewhere());
    await moveTo(student, former);
    await sendAccountMails(website.deps, student.id);
    expect(mailsTo(former)).toHaveLength(0);
    expect(await toldAtFormer(await student.reload())).toBe(1);
  });

  it('in capitals alone makes no other address of it', async () => {
    const student = await buildStudent('sent');
    const former = student.email;
    await mailStudent(student);
    await moveTo(student, former.toUpperCase());
    await moveTo(student, elsewhere());
    await sendAccountMails(website.deps, student.id);
    expect(mailbox.messages().filter(({ to }) => to.toLowerCase() === former)).toHaveLength(1);
  });
});

it('is told when a marketplace’s program changes it, too, whatever it says of invitations', async () => {
  const student = await buildStudent('sent');
  const former = student.email;
  await student.update({ customer: 'shop', externalId: 'S-1' });
  await BookOrder.update({ customer: 'shop', externalId: 'O-1' }, { where: { userId: student.id } });
  const { firstName, lastName, timeZone, language } = student;
  const content = { email: elsewhere(), firstName, lastName, timeZone, language: language ?? null };
  const nothing = { revision: null, accept: ['email'], ifMatch: null, onlyNew: false };
  const put = { customer: 'shop', role: 'student', externalId: 'S-1', enable: false, notify: false } as const;
  await putPerson(website.deps, { ...put, ...content, ...nothing }, THE_SYSTEM);
  expect((await student.reload()).email).toBe(content.email);
  await sendAccountMails(website.deps, student.id);
  expect(mailsTo(former)).toHaveLength(1);
});

it('is told of somebody who is disabled, too: they may be let in again', async () => {
  const teacher = await buildTeacher();
  await teacher.update({ disabledAt: new Date() });
  expect(await toldAtFormer(teacher)).toBe(1);
});

it('is told once a day, however often the address goes to and fro', async () => {
  const teacher = await buildTeacher();
  const [former, email] = [teacher.email, elsewhere()];
  for (const address of [email, former, email, former, email]) {
    await moveTo(teacher, address);
    await sendAccountMails(website.deps, teacher.id);
  }
  expect([mailsTo(former).length, mailsTo(email).length]).toEqual([1, 1]);
  const [first] = await ledger(teacher);
  await website.deps.db.query('UPDATE mail_deliveries SET created_at = created_at - INTERVAL 25 HOUR WHERE id = ?', {
    replacements: [first?.id],
  });
  await MailDelivery.update({ toEmail: former }, { where: { id: first?.id ?? 0 } });
  await moveTo(teacher, former);
  await moveTo(teacher, elsewhere());
  await sendAccountMails(website.deps, teacher.id);
  expect(mailsTo(former)).toHaveLength(2);
});

it('is not told of an address that is back, nor of one that is only written otherwise', async () => {
  const teacher = await buildTeacher();
  const former = teacher.email;
  await moveTo(teacher, elsewhere());
  await moveTo(teacher, former.toUpperCase());
  await sendAccountMails(website.deps, teacher.id);
  expect(mailsTo(former)).toHaveLength(0);
  const [row] = await ledger(teacher);
  expect(row).toMatchObject({ state: 'skipped', lastError: 'the address was changed back' });
  await moveTo(teacher, former);
  expect((await ledger(teacher)).filter(({ toEmail }) => toEmail === former.toUpperCase())).toEqual([]);
});

it('is told of the next change, too, when the one before was undone before its mail went out', async () => {
  const teacher = await buildTeacher();
  const former = teacher.email;
  await moveTo(teacher, elsewhere());
  await moveTo(teacher, former);
  await sendAccountMails(website.deps, teacher.id);
  expect((await ledger(teacher)).map(({ state, toEmail }) => [state, toEmail])).toContainEqual(['skipped', former]);
  await moveTo(teacher, elsewhere());
  await sendAccountMails(website.deps, teacher.id);
  expect(mailsTo(former)).toHaveLength(1);
});

it('is told there again when an admin sends it again', async () => {
  const teacher = await buildTeacher();
  const former = teacher.email;
  expect(await toldAtFormer(teacher)).toBe(1);
  const [row] = await ledger(teacher);
  await resendMails(website.deps, { ids: [row?.id ?? 0], evenIfSent: true }, THE_SYSTEM);
  await sendAccountMails(website.deps, teacher.id);
  expect(mailsTo(former)).toHaveLength(2);
});
