import { createUser } from '../../src/commands/createUser';
import { inviteUser } from '../../src/commands/inviteUser';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { AccountLink } from '../../src/models/AccountLink';
import { MailDelivery } from '../../src/models/MailDelivery';
import type { User } from '../../src/models/User';
import { accountLinkWorkflowId } from '../../src/temporal/workflowIds';
import { eventually } from '../support/eventually';
import { forbiddenIn, historyTexts } from '../support/historyTexts';
import { startSkippingScene, type SkippingScene } from '../support/skippingScene';

let scene: SkippingScene;

beforeAll(async () => {
  scene = await startSkippingScene();
});

afterAll(() => scene.close());

let count = 0;

/** The application's clock may be a moment ahead of the server's: until then nothing is due. */
const A_MOMENT_MS = 5_000;

async function invite(): Promise<User> {
  const email = `invited${(count += 1)}@people.test`;
  const person = { role: 'teacher' as const, email, firstName: 'Ada', lastName: 'Lovelace', timeZone: null };
  const user = await createUser(scene.stack.deps, { ...person, password: null, invite: true }, THE_SYSTEM);
  await scene.sleep(A_MOMENT_MS);
  return user;
}

const mailsTo = ({ email }: User) => scene.stack.mailbox.messages().filter(({ to }) => to === email);

async function handleOf({ id }: User) {
  const link = await AccountLink.findOne({ where: { userId: id }, order: [['id', 'DESC']], rejectOnEmpty: true });
  return scene.client.workflow.getHandle(accountLinkWorkflowId(link));
}

async function ends(user: User): Promise<void> {
  const handle = await handleOf(user);
  await eventually('its workflow ends', async () => (await handle.describe()).status.name === 'COMPLETED');
}

it('mails an invitation once, and ends; nothing of the person is in its history', async () => {
  const user = await invite();
  await eventually('the mail comes', () => Promise.resolve(mailsTo(user).length > 0));
  await ends(user);
  expect(mailsTo(user)).toHaveLength(1);
  const history = await (await handleOf(user)).fetchHistory();
  expect(forbiddenIn(historyTexts(history))).toEqual([]);
});

it('tries again later when the mail server gave no answer', async () => {
  await scene.stack.mailbox.addFault({ kind: 'drop', times: 1, stored: false });
  const user = await invite();
  await scene.sleep(2 * 60_000);
  await eventually('the mail comes', () => Promise.resolve(mailsTo(user).length > 0));
  await ends(user);
  const row = await MailDelivery.findOne({ where: { userId: user.id }, rejectOnEmpty: true });
  expect([row.state, row.attempts]).toEqual(['sent', 2]);
});

it('mails the newest of several invitations', async () => {
  const user = await invite();
  await inviteUser(scene.stack.deps, user.id, THE_SYSTEM);
  await scene.sleep(A_MOMENT_MS);
  await ends(user);
  const link = await AccountLink.findOne({ where: { userId: user.id, withdrawnAt: null }, rejectOnEmpty: true });
  const sent = await MailDelivery.count({ where: { accountLinkId: link.id, state: 'sent' } });
  expect(sent).toBe(1);
});
