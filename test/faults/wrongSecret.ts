import { z } from 'zod';
import { ClassDate } from '../../src/models/ClassDate';
import { Incident } from '../../src/models/Incident';
import { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { ZoomSetting } from '../../src/models/ZoomSetting';
import { settingPlace } from '../../src/queries/findZoomSettings';
import { eventually } from '../support/eventually';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { experiment } from './experiment';
import type { Verdict } from './invariants';

export const WRONG_SECRET = { classes: 1_000, recipients: 1, apartMs: 20, teachers: 100 };
const ADMINS = 3;
const WAIT_MS = 10 * 60_000;

/** Zoom stops accepting the app's secret as 1,000 classes open, until an admin has saved the right one. */
export function wrongSecret(seed: number): Promise<Verdict> {
  return experiment({ seed, ...WRONG_SECRET }, async (stack, herd) => {
    const admins = await User.bulkCreate(
      Array.from({ length: ADMINS }, (_, index) => ({
        ...{
          role: 'admin' as const,
          email: `admin${index}@example.test`,
          firstName: 'Ann',
          lastName: `Admin ${index}`,
        },
      })),
    );
    const right = await clientSecret();
    await ZoomSetting.update(
      { clientSecretEncrypted: stack.deps.encryption.encrypt('not-it', settingPlace('client_secret_encrypted')) },
      { where: {} },
    );
    await ZoomConnection.update({ tokenExpiresAt: new Date() }, { where: {} });
    await stack.startWorker();
    const waiting = () => ClassDate.count({ where: { stateReason: 'zoom_not_configured' } });
    await eventually('every class waits', async () => (await waiting()) === herd.length, WAIT_MS);
    await eventually(
      'every admin is told',
      async () => (await mailsTo(stack, admins)).every((count) => count > 0),
      WAIT_MS,
    );
    await ZoomSetting.update({ clientSecretEncrypted: right }, { where: {} });
    const closed = () => Incident.findOne({ where: { cause: 'zoom_credentials', openKey: null } });
    await eventually('it is believed to be over', closed, WAIT_MS);
    await eventually(
      'every admin hears of it',
      async () => (await mailsTo(stack, admins)).every((count) => count > 1),
      WAIT_MS,
    );
    const mails = await mailsTo(stack, admins);
    print(`  ${herd.length} classes waited; mails to each admin: ${mails.join(', ')}`);
    if (mails.some((count) => count !== 2)) throw new Error('An admin was to have two mails: trouble, and well again.');
  });
}

async function clientSecret(): Promise<string | null> {
  const { clientSecretEncrypted } = await ZoomSetting.findOne({ rejectOnEmpty: true });
  return clientSecretEncrypted;
}

async function mailsTo({ mailboxUrl }: ProcessStack, people: readonly User[]): Promise<number[]> {
  const messages = z
    .array(z.object({ to: z.string() }))
    .parse(await (await fetch(`${mailboxUrl}/api/messages`)).json());
  return people.map(({ email }) => messages.filter(({ to }) => to.includes(email)).length);
}
