import { addMinutes } from '../../../src/domain/clock';
import { CLASS_STATES } from '../../../src/domain/classStates';
import { cleanUp } from '../../../src/commands/cleanUp';
import { noteBounces } from '../../../src/commands/noteBounces';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { Session } from '../../../src/models/Session';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import type { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { probePass } from '../../../src/queries/probePass';
import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

const DAY = 24 * 60;
const NOTHING = {
  passes: 0,
  sessions: 0,
  limits: 0,
  mailErrors: 0,
  bounces: 0,
  accountLinks: 0,
  pushes: 0,
  events: 0,
  auditTraces: 0,
};
let website: Website;

beforeEach(async () => {
  website = await startWebsite();
});

afterEach(() => website.close());

type State = (typeof CLASS_STATES)[number];

/** A pass that was opened, of a class that ended so many days ago. */
async function openedPass(endedDaysAgo: number, state: State) {
  const buyer = await buildUser('student');
  const order = await buildOrder({ userId: buyer.id });
  const startsAt = addMinutes(new Date(), -endedDaysAgo * DAY - 60);
  const classDate = await buildClassDate({ order, startsAt, state });
  const { pass, token } = await buildPass(website.deps.signingKeys, classDate, {
    userId: buyer.id,
    email: buyer.email,
  });
  await pass.update({
    usedAt: startsAt,
    holderHash: 'a'.repeat(64),
    ipAddress: '203.0.113.7',
    userAgent: 'Firefox',
    linkQuality: 'registrant',
    personalUrlEncrypted: 'sealed',
  });
  await website.deps.db.query(
    `INSERT INTO pass_former_holders (pass_id, holder_hash, replaced_at) VALUES (${pass.id}, 'b', UTC_TIMESTAMP(3))`,
  );
  return { pass, token };
}

const hasTraces = ({ ipAddress, userAgent, holderHash, personalUrlEncrypted }: ZoomSecureToken) =>
  [ipAddress, userAgent, holderHash, personalUrlEncrypted].some((value) => value !== null);

it('takes from passes of classes over for more than 7 days who opened them and from where, and deletes none', async () => {
  const old = await openedPass(8, 'settled');
  const young = await openedPass(6, 'settled');
  const counts = await cleanUp(website.deps);
  expect(counts.passes).toBe(1);
  await Promise.all([old.pass.reload(), young.pass.reload()]);
  expect([hasTraces(old.pass), hasTraces(young.pass)]).toEqual([false, true]);
  expect(old.pass).toMatchObject({ usedAt: expect.any(Date) as Date, linkQuality: 'registrant' });
  expect(await website.countRows('zoom_secure_tokens', 'pass_former_holders')).toEqual([2, 1]);
  expect(await probePass(website.deps, old.token)).toMatchObject({ passId: old.pass.id, door: 'over' });
});

it.each(CLASS_STATES)('leaves a link of a class alone unless it is over, however old it is: %s', async (state) => {
  const { pass, token } = await openedPass(400, state);
  const before = await probePass(website.deps, token);
  await cleanUp(website.deps);
  await pass.reload();
  expect(hasTraces(pass)).toBe(!['settled', 'cancelled', 'missed'].includes(state));
  expect((await probePass(website.deps, token))?.admits).toBe(before?.admits);
});

it('clears sessions and limits that have run out, and what mail servers said long ago; says how much, once', async () => {
  const { deps } = website;
  const now = Date.now();
  for (const minutes of [-5, 5]) {
    const expiresAt = addMinutes(new Date(), minutes);
    await Session.create({ tokenHash: `${minutes}`.padStart(64, '0'), userId: null, data: '{}', expiresAt });
    await deps.db.query(`INSERT INTO rate_limits VALUES ('k${minutes}', 1, ${now + minutes * 60_000})`);
  }
  const { classDateId } = (await openedPass(200, 'settled')).pass;
  for (const version of [1, 2]) {
    await MailDelivery.create({
      ...{ classDateId, recipientKey: 'user:1', kind: 'class_reminder', version, state: 'failed' },
      ...{ messageKey: String(version), nextAttemptAt: new Date(), usefulUntil: new Date(), lastError: 'refused' },
    });
  }
  await deps.db.query(
    `UPDATE mail_deliveries SET updated_at = TIMESTAMPADD(DAY, -91, UTC_TIMESTAMP(3)) WHERE version = 1`,
  );
  for (const days of [89, 91]) {
    await noteBounces({ refused: [`${days}@school.example`], reached: [], now: addMinutes(new Date(), -days * DAY) });
  }
  const expected = {
    passes: 1,
    sessions: 1,
    limits: 1,
    mailErrors: 1,
    bounces: 1,
    accountLinks: 0,
    pushes: 0,
    events: 0,
    auditTraces: 0,
  };

  const before = await website.countRows('sessions', 'rate_limits', 'zoom_audit_logs');
  expect(await cleanUp(deps, { dryRun: true })).toEqual(expected);
  expect(await website.countRows('sessions', 'rate_limits', 'zoom_audit_logs')).toEqual(before);

  expect(await cleanUp(deps)).toEqual(expected);
  expect(await website.countRows('sessions', 'rate_limits', 'bounced_addresses')).toEqual([1, 1, 1]);
  const audit = await ZoomAuditLog.findOne({ where: { action: 'cleaned_up' }, rejectOnEmpty: true });
  expect(JSON.parse(audit.metadata ?? '')).toEqual(expected);
  expect(website.logged.filter((line) => line.includes('"cleaned up"'))).toHaveLength(1);
  expect(await cleanUp(deps)).toEqual(NOTHING);
});

it('may be stopped between two batches, and goes on the next time', async () => {
  const stopping = new AbortController();
  for (let row = 0; row < 600; row += 1) {
    await Session.create({ tokenHash: `${row}`.padStart(64, '0'), userId: null, data: '{}', expiresAt: new Date(0) });
  }
  const onProgress = ({ sessions }: { sessions: number }) => {
    if (sessions > 0) stopping.abort();
  };
  expect((await cleanUp(website.deps, { signal: stopping.signal, onProgress })).sessions).toBe(500);
  expect((await cleanUp(website.deps)).sessions).toBe(100);
});
