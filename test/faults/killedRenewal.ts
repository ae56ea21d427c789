import { connectAtStandIn } from '../../src/dev/demo/connectAtStandIn';
import { MailDelivery } from '../../src/models/MailDelivery';
import { User } from '../../src/models/User';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { eventually } from '../support/eventually';
import type { ProcessStack } from '../support/processStack';
import { print } from '../support/report';
import { experiment } from './experiment';
import type { Verdict } from './invariants';
import { inCall } from './inCall';

const KILLED_RENEWAL = { classes: 6, recipients: 2, apartMs: 100 };
/** A lease on the tokens ends by itself after 90 s. */
const WAIT_MS = 3 * 60_000;

/**
 * The worker is killed when Zoom has rotated a teacher's tokens and we have not saved them. Only that teacher's consent
 * can mend it: they are told once, connect again, and every class goes on.
 */
export function killedRenewal(seed: number): Promise<Verdict> {
  return experiment({ seed, ...KILLED_RENEWAL }, async (stack, [first]) => {
    await ZoomConnection.update({ tokenExpiresAt: new Date() }, { where: { userId: first?.teacherId ?? 0 } });
    const worker = await stack.startWorker();
    await inCall(stack, 'slowReply', 'tokenRefresh');
    process.kill(-worker.pid, 'SIGKILL');
    await worker.exited;
    await stack.startWorker();
    const dead = await eventually(
      'the connection is known to be dead',
      () => ZoomConnection.findOne({ where: { state: 'needs_reconnect' } }),
      WAIT_MS,
    );
    await expectToldOnce(dead.userId);
    await reconnect(stack, dead.userId);
    print('  killed between the rotation and our commit; the teacher was told once, and has connected again');
  });
}

async function expectToldOnce(userId: number): Promise<void> {
  const mails = () => MailDelivery.findAll({ where: { userId, kind: ['connect_zoom', 'teacher_not_connected'] } });
  await eventually('the teacher is told', async () => (await mails()).some(({ state }) => state === 'sent'), WAIT_MS);
  if ((await mails()).length !== 1) throw new Error('The teacher was to be told once.');
}

async function reconnect({ deps }: ProcessStack, userId: number): Promise<void> {
  const { email } = await User.findByPk(userId, { rejectOnEmpty: true });
  await connectAtStandIn(deps, userId, email);
}
