import { changeUser } from '../../../src/commands/changeUser';
import { cleanUp } from '../../../src/commands/cleanUp';
import { inviteUser } from '../../../src/commands/inviteUser';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { AccountLink } from '../../../src/models/AccountLink';
import { MailDelivery } from '../../../src/models/MailDelivery';
import type { User } from '../../../src/models/User';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { isInvited } from '../../../src/queries/findAccountLink';
import { buildUser } from '../../factories/people';
import { passwordHash } from '../../support/browser';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

beforeEach(async () => {
  await WorkflowOutbox.destroy({ where: {} });
  await MailDelivery.destroy({ where: {} });
  await AccountLink.destroy({ where: {} });
});

async function invite(person?: User): Promise<AccountLink> {
  const user = person ?? (await buildUser('teacher'));
  await inviteUser(website.deps, user.id, THE_SYSTEM);
  return AccountLink.findOne({ where: { userId: user.id }, order: [['id', 'DESC']], rejectOnEmpty: true });
}

interface Old {
  readonly days: number;
  readonly usedAt?: Date;
  readonly withdrawnAt?: Date;
  readonly purpose?: AccountLink['purpose'];
  readonly mail?: MailDelivery['state'];
  readonly told?: boolean;
}

/** A link that has run out for so many days, with its mail. */
async function old({ days, mail = 'sent', told = true, ...fields }: Old): Promise<AccountLink> {
  const link = await invite();
  await link.update(fields);
  await MailDelivery.update({ state: mail }, { where: { accountLinkId: link.id } });
  await WorkflowOutbox.update({ deliveredAt: told ? new Date() : null }, { where: { accountLinkId: link.id } });
  for (const [table, columns, key] of [
    ['account_links', ['expires_at', 'created_at', 'updated_at'], 'id'],
    ['mail_deliveries', ['created_at', 'updated_at'], 'account_link_id'],
  ] as const) {
    const aged = columns.map((column) => `${column} = UTC_TIMESTAMP(3) - INTERVAL ${days * 24 + 1} HOUR`).join(', ');
    await website.deps.db.query(`UPDATE ${table} SET ${aged} WHERE ${key} = ${link.id}`);
  }
  return link;
}

const isThere = async ({ id }: AccountLink) => (await AccountLink.count({ where: { id } })) > 0;
const clean = async () => (await cleanUp(website.deps)).accountLinks;
const now = new Date();

it.each([
  ['used', { usedAt: now }],
  ['replaced', { withdrawnAt: now }],
  ['a reset that ran out', { purpose: 'password_reset' }],
  ['one whose mail was refused', { usedAt: now, mail: 'bounced' }],
] as const)('deletes an old link with its mail and what was told of it: %s', async (_, fields) => {
  await old({ days: 90, ...fields });
  expect((await cleanUp(website.deps, { dryRun: true })).accountLinks).toBe(1);
  expect(await website.countRows('account_links', 'mail_deliveries', 'workflow_outbox')).toEqual([1, 1, 1]);
  expect(await clean()).toBe(1);
  expect(await website.countRows('account_links', 'mail_deliveries', 'workflow_outbox')).toEqual([0, 0, 0]);
  expect(await clean()).toBe(0);
});

it.each([
  ['younger', { days: 89, usedAt: now }],
  ['an invitation that nobody took up', { days: 400 }],
  ['one whose mail is still to go out', { days: 400, usedAt: now, mail: 'queued' }],
  ['one whose mail may be going out', { days: 400, usedAt: now, mail: 'data_sent' }],
  ['one whose workflow is still to be told', { days: 400, usedAt: now, told: false }],
] as const)('keeps a link and its mail: %s', async (_, fields) => {
  const link = await old(fields);
  expect(await clean()).toBe(0);
  expect([await isThere(link), await MailDelivery.count()]).toEqual([true, 1]);
});

it('keeps a link of which a mail was sent again lately', async () => {
  const link = await old({ days: 90, usedAt: now });
  await MailDelivery.update({ state: 'sent', copy: 1 }, { where: { accountLinkId: link.id } });
  expect(await clean()).toBe(0);
});

it('leaves an invitation that is still good, and that somebody is invited', async () => {
  const first = await old({ days: 90, withdrawnAt: now });
  const user = await buildUser('teacher');
  const second = await invite(user);
  expect(await clean()).toBe(1);
  expect([await isThere(first), await isThere(second), await isInvited(user.id, null)]).toEqual([false, true, true]);
});

it('forgets the former address of somebody', async () => {
  const teacher = await buildUser('teacher', { passwordHash: await passwordHash() });
  const former = teacher.email;
  await changeUser(website.deps, teacher.id, { email: 'moved@example.test' }, THE_SYSTEM);
  const kept = async () => JSON.stringify(await website.deps.db.query('SELECT * FROM mail_deliveries'));
  expect(await kept()).toContain(former);
  await MailDelivery.update({ state: 'sent' }, { where: { userId: teacher.id } });
  await WorkflowOutbox.update({ deliveredAt: now }, { where: {} });
  const later = { now: () => new Date(Date.now() + 91 * 24 * 60 * 60_000) };
  await cleanUp({ ...website.deps, clock: later });
  expect(await kept()).not.toContain(former);
});

it('goes on batch by batch', async () => {
  const { randomKey, userId, purpose, keyId, expiresAt, usedAt } = await old({ days: 90, usedAt: now });
  const fields = { randomKey, userId, purpose, keyId, expiresAt, usedAt };
  await AccountLink.bulkCreate(
    Array.from({ length: 600 }, (_, index) => ({ ...fields, token: String(index).padStart(64, '0') })),
  );
  await website.deps.db.query("UPDATE account_links SET expires_at = '2020-01-01', updated_at = '2020-01-01'");
  const soFar: number[] = [];
  await cleanUp(website.deps, { onProgress: ({ accountLinks }) => void soFar.push(accountLinks) });
  expect(new Set(soFar)).toEqual(new Set([0, 500, 601]));
});
