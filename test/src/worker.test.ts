import { writeAudit } from '../../src/commands/writeAudit';
import { AuditLink } from '../../src/models/AuditLink';
import { checkAuditLog } from '../../src/queries/checkAuditLog';
import { eventually } from '../support/eventually';
import { startProcessStack } from '../support/processStack';

const ORIGIN = { userId: 1, ipAddress: '203.0.113.7', userAgent: 'Firefox' };

it('two workers chain the audit log between them, and each stops in good order', async () => {
  const stack = await startProcessStack({});
  try {
    const workers = [await stack.startWorker(), await stack.startWorker()];
    const write = () => writeAudit(stack.deps, ORIGIN, { action: 'signed_in' }, null);
    const chained = (rows: number) => eventually(`${rows} are chained`, async () => (await AuditLink.count()) === rows);
    for (let row = 0; row < 30; row += 1) await write();
    await chained(30);
    const [first, second] = workers;
    if (!first || !second) throw new Error('There are two workers.');
    process.kill(first.pid, 'SIGTERM');
    expect(await first.exited).toBe('exit code 0');
    await write();
    await chained(31);
    expect(await checkAuditLog(stack.deps)).toMatchObject({ rows: 31, unsealed: 0, broken: null });
    process.kill(second.pid, 'SIGTERM');
    expect(await second.exited).toBe('exit code 0');
    const heads = workers.map((worker) => worker.log()).join('');
    expect(heads).toContain('"auditHead":"31:');
    expect(heads).not.toContain('could not be sealed');
  } finally {
    await stack.close();
  }
});
