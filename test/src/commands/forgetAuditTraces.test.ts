import { QueryTypes } from 'sequelize';
import { cleanUp } from '../../../src/commands/cleanUp';
import { OLD_AUDIT_TRACES } from '../../../src/commands/forgetAuditTraces';
import { sealAudits } from '../../../src/commands/sealAudits';
import { writeAudit } from '../../../src/commands/writeAudit';
import { addMinutes } from '../../../src/domain/clock';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { checkAuditLog } from '../../../src/queries/checkAuditLog';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

const DAY = 24 * 60;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

/** What is left after a clean-up so many days from now. */
async function afterDays(days: number): Promise<{ cleared: number; rows: ZoomAuditLog[] }> {
  const clock = { now: () => addMinutes(new Date(), days * DAY) };
  const { auditTraces } = await cleanUp({ ...website.deps, clock });
  return { cleared: auditTraces, rows: await ZoomAuditLog.findAll({ where: { action: 'signed_in' }, order: ['id'] }) };
}

/** As before there were commitments: its seal is over the address itself. */
function writeFormerly(from: { userId: number; ipAddress: string; userAgent: string }): Promise<ZoomAuditLog> {
  const createdAt = new Date();
  const fields = [from.userId, 'signed_in', null, null, null, from.ipAddress, from.userAgent, createdAt.toISOString()];
  const seal = `s1.${website.deps.signingKeys.sign('audit', JSON.stringify(fields), 's1').toString('hex')}`;
  const nothing = { entityType: null, entityId: null, metadata: null };
  return ZoomAuditLog.create({ ...from, ...nothing, action: 'signed_in', createdAt, seal });
}

it('forgets after a year from where something was done; what was done and by whom stays, and the chain is whole', async () => {
  const { deps } = website;
  const user = await buildUser('admin');
  const origin = { userId: user.id, ipAddress: '203.0.113.7', userAgent: 'Firefox' };
  const former = await writeFormerly(origin);
  await writeAudit(deps, origin, { action: 'signed_in' }, null);
  await writeAudit(deps, origin, { action: 'signed_in' }, null);
  await sealAudits(deps);

  const early = await afterDays(364);
  expect(early.cleared).toBe(0);
  expect(early.rows.map(({ ipAddress }) => ipAddress)).toEqual(Array(3).fill('203.0.113.7'));

  const late = await afterDays(366);
  expect(late.cleared).toBe(2);
  const gone = { userId: user.id, ipAddress: null, ipSalt: null, userAgent: null, agentSalt: null };
  expect(late.rows.slice(1).map((row) => row.get())).toEqual(Array(2).fill(expect.objectContaining(gone)));
  expect(late.rows[0]).toMatchObject({ id: former.id, ipAddress: '203.0.113.7' });
  expect((await afterDays(366)).cleared).toBe(0);

  await sealAudits(deps);
  expect(await checkAuditLog(deps)).toMatchObject({ erased: 2, broken: null });
});

it('is led to the old rows that still tell, however many have forgotten', async () => {
  const { deps } = website;
  const origin = { userId: null, ipAddress: '203.0.113.7', userAgent: 'Firefox' };
  for (let count = 0; count < 20; count += 1) await writeAudit(deps, origin, { action: 'signed_out' }, null);
  await afterDays(366);
  await writeAudit(deps, origin, { action: 'signed_out' }, null);
  const [plan] = await deps.db.query<{ key: string; type: string }>(
    `EXPLAIN FORMAT=TRADITIONAL SELECT id FROM ${OLD_AUDIT_TRACES} LIMIT 500`,
    { type: QueryTypes.SELECT, replacements: { before: '2100-01-01 00:00:00.000' } },
  );
  expect(plan).toMatchObject({ key: 'zoom_audit_logs_traces', type: 'range' });
});
