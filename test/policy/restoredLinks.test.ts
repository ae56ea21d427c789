import { makeAccountLink } from '../../src/commands/makeAccountLink';
import { inTransaction } from '../../src/db/transaction';
import { AccountLink } from '../../src/models/AccountLink';
import { Session } from '../../src/models/Session';
import { isInvited } from '../../src/queries/findAccountLink';
import { buildUser } from '../factories/people';
import { startMailSite, type MailSite } from '../support/mailSite';
import { readProjectFile } from '../support/repository';

/** What the README runs on the database after a restore, in each of its two ways. */
const said = [...readProjectFile('README.md').matchAll(/^(mariadb|db) dreamcrowd -e "(.*)"/gm)];
const ways = ['mariadb', 'db'].map((client) => said.filter(([, one]) => one === client).map(([, , sql]) => sql ?? ''));

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

const readLinks = () => AccountLink.findAll({ order: ['id'], raw: true });

it('is the same in both ways', () => {
  expect(ways[0]).toHaveLength(2);
  expect(ways[1]).toEqual(ways[0]);
});

it('ends every session and every link to choose a password by, and no more', async () => {
  const [invited, other] = [await buildUser('teacher'), await buildUser('teacher')];
  await Session.create({ tokenHash: 'a'.repeat(64), userId: other.id, data: '{}', expiresAt: new Date() });
  await inTransaction(site.deps.db, async (transaction) => {
    await makeAccountLink(site.deps, invited, 'invitation', transaction);
    await makeAccountLink(site.deps, other, 'password_reset', transaction);
    await makeAccountLink(site.deps, other, 'password_reset', transaction);
  });
  const [, used] = await readLinks();
  await AccountLink.update({ usedAt: new Date() }, { where: { id: used?.id ?? 0 } });
  for (const sql of ways[0] ?? []) await site.deps.db.query(sql);
  expect(await Session.count()).toBe(0);
  expect((await readLinks()).map(({ withdrawnAt }) => withdrawnAt)).toEqual([expect.any(Date), null, expect.any(Date)]);
  expect(await isInvited(invited.id, null)).toBe(false);
});
