import { restorePass } from '../../../src/commands/restorePass';
import { revokePass } from '../../../src/commands/revokePass';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

async function withdrawn() {
  const { id: userId, email } = await buildUser('student');
  const order = await buildOrder({ userId });
  const classDate = await buildClassDate({ order, state: 'ready', startsAt: addMinutes(new Date(), 5) });
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId, email });
  await revokePass(website.deps, pass.id, THE_SYSTEM);
  website.temporal.hints.length = 0;
  return { classDate, pass: await pass.reload() };
}

const mails = (passId: number) => MailDelivery.count({ where: { passId, kind: 'new_link', state: 'queued' } });

it('a pass that is given back and the mail with its link are one commit: whatever stops it, it can be pressed again', async () => {
  const { pass, classDate } = await withdrawn();
  const { token: former } = pass;
  const create = jest.spyOn(MailDelivery, 'create').mockRejectedValueOnce(new Error('the process is gone'));
  await expect(restorePass(website.deps, pass.id, THE_SYSTEM)).rejects.toThrow('the process is gone');
  create.mockRestore();
  await pass.reload();
  expect([pass.token, pass.revokedAt]).toEqual([former, expect.any(Date)]);
  expect(website.temporal.hints).toEqual([]);
  await restorePass(website.deps, pass.id, THE_SYSTEM);
  await pass.reload();
  expect([pass.token === former, pass.revokedAt, await mails(pass.id)]).toEqual([false, null, 1]);
  expect(website.temporal.hints).toEqual([`${classDate.id}: link asked for`]);
  expect((await website.audited()).slice(-2)).toEqual(['pass_restored', 'link_sent']);
});

it('a pass that works is not given back, and no mail goes out', async () => {
  const { pass } = await withdrawn();
  await restorePass(website.deps, pass.id, THE_SYSTEM);
  await expect(restorePass(website.deps, pass.id, THE_SYSTEM)).rejects.toMatchObject({ code: 'not_revoked' });
  expect(await mails(pass.id)).toBe(1);
});
