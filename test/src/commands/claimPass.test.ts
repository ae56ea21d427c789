import { randomBytes } from 'node:crypto';
import { claimPass } from '../../../src/commands/claimPass';
import { closeDeps, createDeps, type Deps } from '../../../src/deps';
import { CLASS_STATES } from '../../../src/domain/classStates';
import { addMinutes } from '../../../src/domain/clock';
import { TAKEOVERS_MAX, type Standing } from '../../../src/domain/joinRefusals';
import { doorOf, isOpen } from '../../../src/domain/joinRules';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import type { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { testConfig } from '../../support/config';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
let deps: Deps;

beforeAll(async () => {
  database = await createTestDatabase();
  deps = createDeps(testConfig({ DATABASE_URL: database.url }));
});

afterAll(async () => {
  await closeDeps(deps);
  await database.drop();
});

const browser = () => randomBytes(32).toString('hex');

async function buildReadyPass(fields: Parameters<typeof buildClassDate>[0] = {}) {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 5), ...fields });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const student = await buildUser('student');
  const { pass } = await buildPass(deps.signingKeys, classDate, { userId: student.id, email: student.email });
  return { classDate, meeting, pass };
}

type Claimed = Pick<ZoomSecureToken, 'id' | 'classDateId' | 'epoch'>;

function claim(pass: Claimed, holderHash: string, standing: Standing = 'free') {
  const origin = { userId: null, ipAddress: '192.0.2.7', userAgent: 'a browser' };
  const { id: passId, classDateId, epoch } = pass;
  const common = { passId, classDateId, epoch, quality: 'plain' as const };
  return claimPass(deps, { ...common, holderHash, standing, displaces: standing !== 'free' }, origin);
}

it('lets the first browser in, keeps who it was, and audits it in the same commit', async () => {
  const { pass } = await buildReadyPass();
  const holderHash = browser();
  const before = Date.now();
  expect(await claim(pass, holderHash)).toBe('claimed');
  await pass.reload();
  expect(pass).toMatchObject({ holderHash, ipAddress: '192.0.2.7', userAgent: 'a browser' });
  expect(pass.usedAt?.getTime()).toBeGreaterThanOrEqual(before);
  expect(pass.usedAt?.getTime()).toBeLessThanOrEqual(Date.now());
  const audits = await ZoomAuditLog.findAll({ where: { entityType: 'zoom_secure_token', entityId: pass.id } });
  expect(audits.map(({ action }) => action)).toEqual(['join_attempt_success']);
});

it('lets the same browser in again without another claim, and audits that too', async () => {
  const { pass } = await buildReadyPass();
  const holderHash = browser();
  await claim(pass, holderHash);
  await pass.reload();
  const { usedAt } = pass;
  expect(await claim(pass, holderHash)).toBe('reentered');
  await pass.reload();
  expect(pass.usedAt).toEqual(usedAt);
  const audits = await ZoomAuditLog.findAll({ where: { entityType: 'zoom_secure_token', entityId: pass.id } });
  expect(audits.map(({ metadata }) => metadata)).toEqual([
    expect.stringContaining('"reentry":false'),
    expect.stringContaining('"reentry":true'),
  ]);
});

it('refuses another browser, another class, and a revoked pass', async () => {
  const { pass } = await buildReadyPass();
  await claim(pass, browser());
  expect(await claim(pass, browser())).toBe('refused');
  const { pass: unused, classDate } = await buildReadyPass();
  expect(await claim({ id: unused.id, classDateId: classDate.id + 1, epoch: 1 }, browser())).toBe('refused');
  await unused.update({ revokedAt: new Date() });
  expect(await claim(unused, browser())).toBe('refused');
  await unused.reload();
  expect(unused.usedAt).toBeNull();
});

it('refuses a link that was replaced since it was looked up', async () => {
  const { pass } = await buildReadyPass();
  const { id, classDateId, epoch } = pass;
  await pass.update({ epoch: epoch + 1 });
  expect(await claim({ id, classDateId, epoch }, browser())).toBe('refused');
  expect(await claim(pass, browser())).toBe('claimed');
  await pass.update({ epoch: epoch + 2 });
  expect(await claim({ id, classDateId, epoch: epoch + 1 }, browser(), 'elsewhere')).toBe('refused');
});

it('goes on in another browser when asked to, a bounded number of times, and remembers the former ones', async () => {
  const { pass } = await buildReadyPass();
  const browsers = Array.from({ length: TAKEOVERS_MAX + 2 }, browser);
  const [first = '', ...others] = browsers;
  await claim(pass, first);
  const taken = [];
  for (const other of others) taken.push(await claim(pass, other, 'elsewhere'));
  expect(taken).toEqual([...Array.from({ length: TAKEOVERS_MAX }, () => 'taken_over'), 'refused']);
  expect((await pass.reload()).holderHash).toBe(browsers[TAKEOVERS_MAX]);
  expect(await claim(pass, first, 'holder')).toBe('refused');
  const [rows] = await deps.db.query('SELECT holder_hash FROM pass_former_holders WHERE pass_id = ?', {
    replacements: [pass.id],
  });
  expect((rows as { holder_hash: string }[]).map((row) => row.holder_hash).sort()).toEqual(
    browsers.slice(0, TAKEOVERS_MAX).sort(),
  );
});

it('is taken over by as many of 50 browsers at once as may', async () => {
  const { pass } = await buildReadyPass();
  await claim(pass, browser());
  const claims = await Promise.all(Array.from({ length: 50 }, () => claim(pass, browser(), 'elsewhere')));
  expect(claims.filter((result) => result === 'taken_over')).toHaveLength(TAKEOVERS_MAX);
  expect(claims.filter((result) => result === 'refused')).toHaveLength(50 - TAKEOVERS_MAX);
  expect((await pass.reload()).takeovers).toBe(TAKEOVERS_MAX);
});

it('makes one holder of 200 clicks at once', async () => {
  const { pass } = await buildReadyPass();
  const browsers = Array.from({ length: 200 }, browser);
  const claims = await Promise.all(browsers.map((holderHash) => claim(pass, holderHash)));
  expect(claims.filter((result) => result === 'claimed')).toHaveLength(1);
  expect(claims.filter((result) => result === 'refused')).toHaveLength(199);
  await pass.reload();
  expect(pass.holderHash).toBe(browsers[claims.indexOf('claimed')]);
});

it('does not wait for whoever holds the class’s row', async () => {
  const { classDate, pass } = await buildReadyPass();
  await deps.db.transaction(async (transaction) => {
    await deps.db.query('SELECT id FROM class_dates WHERE id = ? FOR UPDATE', {
      replacements: [classDate.id],
      transaction,
    });
    expect(await claim(pass, browser())).toBe('claimed');
  });
});

describe('the statement and the rule agree', () => {
  // Minutes from now to the start of a class of 60 minutes with 15 of grace; the hard cap is 240 after its end.
  const STARTS = [60, 5, -30, -74, -76, -299, -301];
  const cells = CLASS_STATES.flatMap((state) => STARTS.map((startsIn) => ({ state, startsIn })));

  it.each(cells)('$state, starting in $startsIn min', async ({ state, startsIn }) => {
    const now = new Date();
    const { classDate, pass } = await buildReadyPass({ state, startsAt: addMinutes(now, startsIn) });
    const door = doorOf({ state, endedAt: null, closedAt: null, schedule: classDate, hasRoom: true }, now);
    expect(await claim(pass, browser())).toBe(isOpen(door) ? 'claimed' : 'refused');
  });

  it('a closed class is closed whatever its state', async () => {
    for (const state of ['ready', 'live', 'ended'] as const) {
      const { pass } = await buildReadyPass({ state, closedAt: new Date() });
      expect(await claim(pass, browser())).toBe('refused');
    }
  });

  it('a class without a room is not open', async () => {
    const { meeting, pass } = await buildReadyPass();
    await meeting.update({ state: 'gone', isCurrent: null });
    expect(await claim(pass, browser())).toBe('refused');
  });
});
