import { QueryTypes } from 'sequelize';
import { sealAudits } from '../../../src/commands/sealAudits';
import { THE_SYSTEM, writeAudit } from '../../../src/commands/writeAudit';
import { closeDeps, createDeps, type Deps } from '../../../src/deps';
import { AuditLink } from '../../../src/models/AuditLink';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { presentAuditCheck } from '../../../src/presenters/auditCheck';
import { checkAuditLog } from '../../../src/queries/checkAuditLog';
import { SigningKeys } from '../../../src/security/keyRing';
import { testConfig } from '../../support/config';
import { createTestDatabase, type TestDatabase } from '../../support/database';

const ORIGIN = { userId: 7, ipAddress: '203.0.113.7', userAgent: 'Firefox' };

let database: TestDatabase;
/** The same application in two processes: each with its own connections. */
let deps: Deps;
let other: Deps;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = testConfig({ DATABASE_URL: database.url });
  other = createDeps(config);
  deps = createDeps(config);
});

afterAll(async () => {
  await closeDeps(deps);
  await closeDeps(other);
  await database.drop();
});

beforeEach(async () => {
  await AuditLink.destroy({ where: {} });
  await ZoomAuditLog.destroy({ where: {} });
});

async function write(count: number): Promise<number[]> {
  for (let row = 0; row < count; row += 1) {
    await writeAudit(deps, ORIGIN, { action: 'signed_in', metadata: { row } }, null);
  }
  return idsInLog();
}

async function idsInLog(): Promise<number[]> {
  return (await ZoomAuditLog.findAll({ attributes: ['id'], order: ['id'] })).map(({ id }) => id);
}

async function chained(): Promise<number[]> {
  return (await AuditLink.findAll({ order: ['seq'] })).map(({ auditId }) => auditId);
}

/** What somebody with the database's password can do. */
async function tamper(sql: string): Promise<void> {
  await deps.db.transaction(async (transaction) => {
    await deps.db.query('SET SESSION foreign_key_checks = 0', { transaction });
    await deps.db.query(sql, { transaction });
    await deps.db.query('SET SESSION foreign_key_checks = 1', { transaction });
  });
}

const check = async () => {
  const { broken, ...rest } = await checkAuditLog(deps);
  return { ...rest, fault: broken && [broken.fault, broken.auditId, broken.seq] };
};

it('an empty log is whole', async () => {
  expect(await sealAudits(deps)).toBe(0);
  expect(await check()).toMatchObject({ rows: 0, unsealed: 0, head: { seq: 0 }, fault: null });
});

it('chains what is there, goes on later where it was, and logs each new head', async () => {
  const ids = await write(3);
  expect(await check()).toMatchObject({ rows: 3, unsealed: 3, fault: null });
  expect(await sealAudits(deps)).toBe(3);
  const more = await write(2);
  expect(await sealAudits(deps)).toBe(2);
  expect(await sealAudits(deps)).toBe(0);
  expect(await chained()).toEqual(more);
  expect(more.slice(0, 3)).toEqual(ids);
  expect(await check()).toMatchObject({ rows: 5, unsealed: 0, erased: 0, head: { seq: 5 }, fault: null });
});

it('chains more than a batch at a time, and only the newest where only they are asked for', async () => {
  await writeAudit(deps, THE_SYSTEM, { action: 'class_missed' }, null);
  const [row] = await ZoomAuditLog.findAll({ raw: true });
  const { id, ...fields } = row ?? fail();
  const rows = Array.from({ length: 1_200 }, (_, copy) => ({
    ...fields,
    commitments: String(copy).padStart(32, '0').padEnd(194, 'c'),
  }));
  await ZoomAuditLog.bulkCreate(rows);
  const ids = await idsInLog();
  const [, second = 0] = ids;
  expect(await sealAudits(deps, { afterId: second })).toBe(1_199);
  expect(await sealAudits(deps)).toBe(2);
  expect(await chained()).toEqual([...ids.slice(2), id, second]);
});

it('is checked for as long as somebody can wait', async () => {
  await write(1_001);
  await sealAudits(deps);
  const partly = await checkAuditLog(deps, { withinMs: 0 });
  expect(partly).toMatchObject({ rows: 500, head: { seq: 500 }, broken: null, complete: false });
  expect(presentAuditCheck(partly).verdict).toBe('So far the log is whole.');
  expect(await checkAuditLog(deps)).toMatchObject({ rows: 1_001, broken: null, complete: true });
});

function fail(): never {
  throw new Error('There is no row.');
}

it('is done by one process at a time, and each row once however many try', async () => {
  await write(40);
  const sealed = await Promise.all([deps, other, deps, other, other].map((each) => sealAudits(each)));
  expect(sealed.reduce((sum, count) => sum + count)).toBe(40);
  expect(await chained()).toEqual(await idsInLog());
  expect(await check()).toMatchObject({ rows: 40, fault: null });
});

it('leaves it to another process that is at it, even one of an older session, and goes on when that is gone', async () => {
  await write(2);
  const lock = `CONCAT('audit_sealer.', LEFT(SHA2(DATABASE(), 256), 32))`;
  await other.db.transaction(async (session) => {
    await other.db.query(`SELECT GET_LOCK(${lock}, 0)`, { transaction: session });
    expect(await sealAudits(deps)).toBe(0);
    expect(await chained()).toEqual([]);
    await other.db.query(`SELECT RELEASE_LOCK(${lock})`, { transaction: session });
  });
  expect(await sealAudits(deps)).toBe(2);
});

it('misses no row that commits after one with a higher id', async () => {
  const late = await deps.db.transaction();
  await writeAudit(deps, ORIGIN, { action: 'signed_out' }, late);
  const [early] = await write(1);
  expect(await sealAudits(other)).toBe(1);
  await late.commit();
  const [overtaken] = await idsInLog();
  expect(overtaken).toBeLessThan(early ?? 0);
  expect(await sealAudits(other)).toBe(1);
  expect(await chained()).toEqual([early, overtaken]);
  expect(await check()).toMatchObject({ rows: 2, unsealed: 0, fault: null });
});

it('stays whole when personal fields are erased, one at a time or together', async () => {
  const [first, second, third] = await write(4);
  await sealAudits(deps);
  await ZoomAuditLog.update({ ipAddress: null, ipSalt: null }, { where: { id: first } });
  await ZoomAuditLog.update({ userId: null, userSalt: null }, { where: { id: second } });
  const all = { userId: null, userSalt: null, ipAddress: null, ipSalt: null, userAgent: null, agentSalt: null };
  await ZoomAuditLog.update(all, { where: { id: third } });
  expect(await check()).toMatchObject({ rows: 4, erased: 3, fault: null });
});

it('bears with rows from before there were commitments', async () => {
  const createdAt = new Date();
  const old = { userId: 7, action: 'signed_in', entityType: null, entityId: null, metadata: null } as const;
  const from = { ipAddress: '203.0.113.7', userAgent: 'Firefox' };
  const text = JSON.stringify([...Object.values(old), ...Object.values(from), createdAt.toISOString()]);
  const seal = `s1.${deps.signingKeys.sign('audit', text, 's1').toString('hex')}`;
  const row = await ZoomAuditLog.create({ ...old, ...from, createdAt, seal });
  await sealAudits(deps);
  expect(await check()).toMatchObject({ rows: 1, fault: null });
  await row.update({ ipAddress: '203.0.113.8' });
  expect(await check()).toMatchObject({ fault: ['changed', row.id, 1] });
});

describe('in a log of six chained rows', () => {
  let ids: number[];
  let third: number;
  let fourth: number;

  beforeEach(async () => {
    ids = await write(6);
    [third, fourth] = [ids[2] ?? 0, ids[3] ?? 0];
    await sealAudits(deps);
  });

  it.each([
    ['what was done', `action = 'signed_out'`],
    ['what it was about', `entity_type = 'user', entity_id = 5`],
    ['what was noted', `metadata = '{"row":3}'`],
    ['when it was', `created_at = created_at + INTERVAL 1 HOUR`],
    ['who did it', `user_id = 8`],
    ['from where', `ip_address = '203.0.113.8'`],
    ['with what', `user_agent = 'Chrome'`],
    ['who did it, erased by halves', `user_id = NULL`],
    ['a salt', `ip_salt = REPEAT('0', 32)`],
    ['a commitment', `commitments = REPEAT('0', 194)`],
    ['all commitments', `commitments = NULL`],
    ['its seal', `seal = CONCAT('s1.', REPEAT('0', 64))`],
  ])('finds that somebody changed %s', async (_what, change) => {
    await tamper(`UPDATE zoom_audit_logs SET ${change} WHERE id = ${third}`);
    expect(await check()).toMatchObject({ rows: 2, fault: ['changed', third, 3] });
  });

  it('finds a row that was removed', async () => {
    await tamper(`DELETE FROM zoom_audit_logs WHERE id = ${third}`);
    expect(await check()).toMatchObject({ rows: 2, fault: ['removed', third, 3] });
  });

  it('finds a row that was removed together with its link, also when the places were closed up', async () => {
    await tamper(`DELETE FROM audit_links WHERE audit_id = ${third}`);
    await tamper(`DELETE FROM zoom_audit_logs WHERE id = ${third}`);
    expect(await check()).toMatchObject({ rows: 2, fault: ['removed', null, 3] });
    await tamper('UPDATE audit_links SET seq = seq - 1 WHERE seq > 3 ORDER BY seq');
    expect(await check()).toMatchObject({ rows: 2, fault: ['relinked', fourth, 3] });
  });

  it('lets nobody put a copy of a row beside it', async () => {
    const columns = 'user_id, action, user_salt, ip_salt, agent_salt, commitments, seal, created_at, updated_at';
    const copy = tamper(
      `INSERT INTO zoom_audit_logs (${columns}) SELECT ${columns} FROM zoom_audit_logs WHERE id = ${third}`,
    );
    await expect(copy).rejects.toThrow('Validation error');
  });

  it('finds a row that was inserted, before it is chained and after', async () => {
    await tamper(
      `INSERT INTO zoom_audit_logs (action, seal, created_at, updated_at)
         SELECT 'signed_in', seal, created_at, updated_at FROM zoom_audit_logs WHERE id = ${third}`,
    );
    const inserted = (await idsInLog()).at(-1);
    expect(await check()).toMatchObject({ rows: 6, unsealed: 1, fault: ['inserted', inserted, null] });
    await sealAudits(deps);
    expect(await check()).toMatchObject({ rows: 6, unsealed: 0, fault: ['inserted', inserted, 7] });
  });

  it('finds two rows that were swapped, by their contents or by their links', async () => {
    const swap = [
      `UPDATE zoom_audit_logs SET id = 999999999 WHERE id = ${third}`,
      `UPDATE zoom_audit_logs SET id = ${third} WHERE id = ${fourth}`,
      `UPDATE zoom_audit_logs SET id = ${fourth} WHERE id = 999999999`,
    ];
    for (const sql of swap) await tamper(sql);
    expect(await check()).toMatchObject({ rows: 2, fault: ['moved', third, 3] });
    for (const sql of swap) await tamper(sql);
    expect(await check()).toMatchObject({ rows: 6, fault: null });
    for (const sql of swap)
      await tamper(sql.replaceAll('zoom_audit_logs', 'audit_links').replace(/\bid\b/g, 'audit_id'));
    expect(await check()).toMatchObject({ rows: 2, fault: ['moved', fourth, 3] });
  });

  it('finds a link that was changed, and one that was made without our key', async () => {
    await tamper(`UPDATE audit_links SET hash = REPEAT('0', 64) WHERE seq = 3`);
    expect(await check()).toMatchObject({ rows: 2, fault: ['relinked', third, 3] });
  });

  it('finds by a logged head that the end was cut off, also when rows came after', async () => {
    const { head } = await checkAuditLog(deps);
    await tamper('DELETE FROM audit_links WHERE seq > 4');
    await tamper(`DELETE FROM zoom_audit_logs WHERE id > ${fourth}`);
    expect((await checkAuditLog(deps)).broken).toBeNull();
    expect((await checkAuditLog(deps, { known: head })).broken).toEqual({ fault: 'cut_off', auditId: null, seq: 5 });
    await write(3);
    await sealAudits(deps);
    expect((await checkAuditLog(deps, { known: head })).broken).toMatchObject({ fault: 'cut_off', seq: 6 });
  });

  it('says which place needs a key that is gone, and takes a new key for new rows', async () => {
    const s2 = { id: 's2', key: Buffer.alloc(32, 3) };
    const both = new SigningKeys([s2, ...deps.config.signingKeys]);
    await writeAudit({ signingKeys: both }, ORIGIN, { action: 'signed_out' }, null);
    await sealAudits({ ...deps, signingKeys: both });
    expect(await checkAuditLog({ ...deps, signingKeys: both })).toMatchObject({ rows: 7, broken: null });
    const newOnly = { ...deps, signingKeys: new SigningKeys([s2]) };
    expect((await checkAuditLog(newOnly)).broken).toEqual({ fault: 'key_missing', auditId: ids[0], seq: 1 });
  });
});

it('asks for what is not chained in a way that needs no look at every row', async () => {
  await write(3);
  await sealAudits(deps);
  const plan = await deps.db.query<{ table: string; type: string; key: string }>(
    `EXPLAIN FORMAT=TRADITIONAL SELECT a.id FROM zoom_audit_logs a LEFT JOIN audit_links l ON l.audit_id = a.id
       WHERE a.id > 1000000 AND l.audit_id IS NULL ORDER BY a.id LIMIT 500`,
    { type: QueryTypes.SELECT },
  );
  expect(plan.map(({ key }) => key)).toEqual(['PRIMARY', 'audit_links_audit']);
});
