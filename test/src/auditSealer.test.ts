import { startAuditSealer } from '../../src/auditSealer';
import { THE_SYSTEM, writeAudit } from '../../src/commands/writeAudit';
import { AuditLink } from '../../src/models/AuditLink';
import { checkAuditLog } from '../../src/queries/checkAuditLog';
import { eventually } from '../support/eventually';
import { startWebsite, type Website } from '../support/website';

const EVERY_MS = 10;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const write = () => writeAudit(website.deps, THE_SYSTEM, { action: 'class_missed' }, null);
const links = () => AuditLink.count();

it('several seal what comes, go on after the database failed them, and stop when told', async () => {
  const { db } = website.deps;
  const sealers = [1, 2, 3].map(() => startAuditSealer(website.deps, EVERY_MS));
  await Promise.all(Array.from({ length: 20 }, write));
  await eventually('20 rows are chained', async () => (await links()) === 20);

  await db.query('RENAME TABLE audit_links TO hidden_links');
  await eventually('somebody says so', () => website.logged.some((line) => line.includes('could not be sealed now')));
  await write();
  await db.query('RENAME TABLE hidden_links TO audit_links');
  await eventually('it goes on', async () => (await links()) === 21);
  const { head, broken } = await checkAuditLog(website.deps);
  expect(broken).toBeNull();
  expect(website.logged.join('')).toContain(`"auditHead":"21:${head.hash}"`);

  await Promise.all(sealers.map((sealer) => sealer.stop()));
  const after = website.logged.length;
  await write();
  await new Promise((resolve) => setTimeout(resolve, 20 * EVERY_MS));
  expect(await links()).toBe(21);
  expect(website.logged.length).toBe(after);
});

it('stops at once even when it has just begun', async () => {
  await startAuditSealer(website.deps, 60_000).stop();
  expect((await checkAuditLog(website.deps)).broken).toBeNull();
});
