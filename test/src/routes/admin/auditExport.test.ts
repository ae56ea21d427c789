import type { IncomingMessage } from 'node:http';
import { writeAudit, type AuditOrigin } from '../../../../src/commands/writeAudit';
import type { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildUser } from '../../../factories/people';
import { signedInBrowser, type Browser } from '../../../support/browser';
import { eventually } from '../../../support/eventually';
import { startWebsite, type Website } from '../../../support/website';

const HEAD = 'id,time (UTC),action,in words,person id,person,e-mail,about,about id,IP address,browser,metadata';
/** Far more than the buffers between two processes hold. */
const MANY = 5_000;

let website: Website;
let browser: Browser;
let admin: User;
let evil: User;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser, user: admin } = await signedInBrowser(website, 'admin'));
  evil = await buildUser('teacher', { firstName: '=HYPERLINK("http://evil.example","x")', lastName: '' });
});

afterAll(() => website.close());

beforeEach(() => ZoomAuditLog.destroy({ where: {} }));

const by = (user: User, userAgent = 'Firefox'): AuditOrigin => ({
  userId: user.id,
  ipAddress: '203.0.113.7',
  userAgent,
});

async function download(query = ''): Promise<{ lines: string[]; file: string }> {
  const answer = await browser.get(`${paths.auditExport}${query}`).buffer();
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="audit-log-\d{4}-\d\d-\d\d\.csv"$/);
  const [bom, head, ...lines] = [answer.text.slice(0, 1), ...answer.text.slice(1).split('\r\n')];
  expect([bom, head, lines.pop()]).toEqual(['\uFEFF', HEAD, '']);
  return { lines, file: answer.text };
}

async function writeMany(): Promise<void> {
  const createdAt = new Date();
  const row = { userId: admin.id, action: 'signed_in', seal: 's1.0', createdAt } as const;
  const metadata = JSON.stringify({ note: 'x'.repeat(6_000) });
  for (let batch = 0; batch < MANY / 500; batch += 1) {
    await ZoomAuditLog.bulkCreate(Array.from({ length: 500 }, () => ({ ...row, metadata })));
  }
}

it('holds every row with everything, newest first, and is itself audited with what was taken', async () => {
  const entity = { type: 'user', id: 5 };
  await writeAudit(website.deps, by(admin), { action: 'user_created', entity, metadata: { role: 'a,"b"' } }, null);
  await writeAudit(website.deps, by(admin), { action: 'signed_out' }, null);
  const [first, second] = await ZoomAuditLog.findAll({ order: ['id'] });
  const who = `${admin.id},${admin.fullName},${admin.email}`;
  expect((await download()).lines).toEqual([
    `${second?.id},${second?.createdAt.toISOString()},signed_out,Signed out,${who},,,203.0.113.7,Firefox,`,
    `${first?.id},${first?.createdAt.toISOString()},user_created,Person added,${who},user,5,203.0.113.7,Firefox,"{""role"":""a,\\""b\\""""}"`,
  ]);
  const deed = await ZoomAuditLog.findOne({ where: { action: 'audit_exported' }, rejectOnEmpty: true });
  expect([deed.userId, deed.metadata]).toEqual([admin.id, '{"rows":2,"filters":""}']);
});

it('holds what the page’s filter shows and no more', async () => {
  await writeAudit(website.deps, by(admin), { action: 'signed_in' }, null);
  await writeAudit(website.deps, by(evil), { action: 'signed_in' }, null);
  await writeAudit(website.deps, by(evil), { action: 'signed_out' }, null);
  const { lines } = await download(`?action=signed_in&person=${evil.id}&from=&to=&ip=203.0.113.7`);
  expect(lines).toHaveLength(1);
  const deed = await ZoomAuditLog.findOne({ where: { action: 'audit_exported' }, rejectOnEmpty: true });
  // Whose rows they were stays out of the log.
  expect(deed.metadata).toBe('{"rows":1,"filters":"action,person,ip"}');
  expect((await download('?action=class_missed')).lines).toEqual([]);
});

it('runs nothing in a spreadsheet', async () => {
  await writeAudit(website.deps, by(evil, '=cmd|"/c calc"!A1'), { action: 'signed_in' }, null);
  await writeAudit(website.deps, by(evil, '@SUM(1+1)'), { action: 'signed_in' }, null);
  const { file } = await download();
  expect(file).toContain(`,"'=HYPERLINK(""http://evil.example"",""x"")",`);
  expect(file).toContain(`,"'=cmd|""/c calc""!A1",`);
  expect(file).toContain(`,'@SUM(1+1),`);
  expect(file).not.toMatch(/(^|,)"?[=+\-@\t]/m);
});

it('is asked about, not made, by HEAD', async () => {
  const answer = await browser.agent.head(paths.auditExport);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
  expect(await website.audited()).toEqual([]);
});

it('comes in batches, in full, and stops reading when its reader goes away', async () => {
  await writeMany();
  const all = await countReads(async () => expect((await download()).lines).toHaveLength(MANY));
  expect(all).toBe(MANY / 1_000 + 1);

  const some = await countReads(async () => {
    await readFirst((response) => response.destroy());
    // Whatever was still under way has been answered when another one is.
    await download('?action=class_missed');
  });
  expect(some).toBeGreaterThan(1);
  expect(some).toBeLessThan(all);
});

it('breaks off visibly when the database fails in the middle', async () => {
  await writeMany();
  const end = await readFirst(async (response) => {
    await website.deps.db.query('RENAME TABLE zoom_audit_logs TO hidden_logs');
    response.resume();
  });
  await website.deps.db.query('RENAME TABLE hidden_logs TO zoom_audit_logs');
  expect(end).toBe('aborted');
  await eventually('it is logged', () => website.logged.some((line) => line.includes('export broke off')));
});

/** Reads the beginning of the file, then does something; tells how the answer ended. */
function readFirst(then: (response: IncomingMessage) => unknown): Promise<string> {
  return new Promise((resolve) => {
    const asked = browser.get(paths.auditExport).parse((response, done) => {
      const message = response as unknown as IncomingMessage;
      const ended = (how: string) => {
        resolve(how);
        done(null, null);
      };
      message.once('data', () => {
        message.pause();
        void then(message);
      });
      message.once('end', () => ended('whole'));
      message.once('close', () => ended(message.complete ? 'whole' : 'aborted'));
    });
    void asked.buffer(true).then(undefined, () => undefined);
  });
}

/** How many batches of audit rows are read meanwhile. */
async function countReads(work: () => Promise<void>): Promise<number> {
  const findAll = jest.spyOn(ZoomAuditLog, 'findAll');
  try {
    await work();
    return findAll.mock.calls.length;
  } finally {
    findAll.mockRestore();
  }
}
