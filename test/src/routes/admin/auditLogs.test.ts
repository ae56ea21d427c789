import { THE_SYSTEM, writeAudit, type AuditEntry, type AuditOrigin } from '../../../../src/commands/writeAudit';
import { sealAudits } from '../../../../src/commands/sealAudits';
import { AuditLink } from '../../../../src/models/AuditLink';
import type { User } from '../../../../src/models/User';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ACTION_WORDS, ENTITY_WORDS } from '../../../../src/presenters/auditWords';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildPass } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { projectFiles, readProjectFile } from '../../../support/repository';
import { startWebsite, type Website } from '../../../support/website';

const HOME = '203.0.113.7';
const AWAY = '2001:db8::7';

let website: Website;
let browser: Browser;
let admin: User;
let ada: User;
let bob: User;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser, user: admin } = await signedInBrowser(website, 'admin'));
  await admin.update({ timeZone: 'Pacific/Auckland' });
  ada = await buildUser('teacher', { firstName: 'Ada', lastName: 'Love_lace', email: 'ada@school.example' });
  bob = await buildUser('student', { firstName: 'Bob', lastName: 'Lovelace' });
});

afterAll(() => website.close());

beforeEach(async () => {
  await AuditLink.destroy({ where: {} });
  await ZoomAuditLog.destroy({ where: {} });
});

const by = (user: User, ipAddress = HOME): AuditOrigin => ({ userId: user.id, ipAddress, userAgent: 'Firefox' });

/** A row of the log, as long ago as said. */
async function write(origin: AuditOrigin, entry: AuditEntry, at?: string): Promise<number> {
  await writeAudit(website.deps, origin, entry, null);
  const row = await ZoomAuditLog.findOne({ order: [['id', 'DESC']], rejectOnEmpty: true });
  if (at !== undefined) {
    await website.deps.db.query('UPDATE zoom_audit_logs SET created_at = ? WHERE id = ?', {
      replacements: [at, row.id],
    });
  }
  return row.id;
}

type Filter = Readonly<Record<string, string>>;

async function show(filter: Filter = {}) {
  const answer = await browser.get(`${paths.auditLogs}?${new URLSearchParams(filter).toString()}`);
  const $ = parse(answer);
  return {
    $,
    status: answer.status,
    main: $('main').text().replace(/\s+/g, ' '),
    ids: $('.audits li')
      .toArray()
      .map((row) => Number(/row (\d+)/.exec($(row).text())?.[1])),
    total: Number(/^(\d+)/.exec($('h2:contains("row")').first().text())?.[1]),
    counts: Object.fromEntries(
      $('details li')
        .toArray()
        .map((row) => [$(row).find('code').text(), Number($(row).find('.tag').text())]),
    ),
    older: $('a[rel=next]').attr('href'),
  };
}

it('says what to expect while nothing is there, and is in the menu', async () => {
  const { main, $ } = await show();
  expect(main).toContain('The log is still empty.');
  expect($(`nav a[href="${paths.auditLogs}"]`).length).toBe(1);
});

it('says of each row when, what, who, about what, from where and what was noted', async () => {
  const classDate = await buildClassDate();
  const meeting = await buildMeeting(website.deps.encryption, classDate);
  const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: bob.id, email: bob.email });
  const metadata = { classDateId: classDate.id, quality: 'personal', reentry: false };
  const entity = { type: 'zoom_secure_token', id: pass.id };
  await write(by(bob), { action: 'join_attempt_success', entity, metadata }, '2026-01-05 10:20:30.456');
  await write(THE_SYSTEM, { action: 'meeting_created', entity: { type: 'zoom_meeting', id: meeting.id } });
  await write({ ...THE_SYSTEM, ipAddress: HOME }, { action: 'sign_in_refused' });
  await write(by(ada), { action: 'class_booked', entity: { type: 'class_date', id: classDate.id } });
  await write(by(ada), { action: 'user_created', entity: { type: 'user', id: bob.id } });
  await write({ userId: 999_999, ipAddress: null, userAgent: null }, { action: 'signed_out' });

  const { main, $ } = await show();
  expect(main).toContain(
    `Joined by a passjoin_attempt_successJan 5, 2026 11:20:30 PM (Pacific/Auckland) by ${bob.fullName}, about join pass ${pass.id}`,
  );
  expect(main).toContain(`from ${HOME} class date id: ${classDate.id}, quality: personal, reentry: false Firefox`);
  expect($('time[datetime="2026-01-05T10:20:30.456Z"]').length).toBe(1);
  expect(main).toContain('by the system, about Zoom meeting');
  expect(main).toContain('by nobody signed in, from');
  expect(main).toContain('by person 999999, who is gone');
  expect($(`.audits a[href="${paths.classDate(classDate.id)}"]`).length).toBe(3);
  const hrefs = $('.audits a')
    .toArray()
    .map((link) => $(link).attr('href') ?? '');
  for (const href of hrefs) expect((await browser.get(href)).status).toBe(200);
  expect(hrefs).toContain(`${paths.auditLogs}?person=${bob.id}`);
});

it('says what was erased', async () => {
  const id = await write(by(ada), { action: 'signed_in' });
  const erased = { userId: null, userSalt: null, ipAddress: null, ipSalt: null };
  await ZoomAuditLog.update(erased, { where: { id } });
  expect((await show()).main).toContain('by erased, from address erased');
  const refused = await write({ ...THE_SYSTEM, ipAddress: HOME }, { action: 'sign_in_refused' });
  await ZoomAuditLog.update({ ipAddress: null, ipSalt: null }, { where: { id: refused } });
  expect((await show()).main).toContain('by nobody signed in, from address erased');
});

describe('the filter', () => {
  let rows: number[];
  const one = { type: 'class_date', id: 1 };

  beforeEach(async () => {
    rows = [
      // In Auckland (UTC+13) this is 4 January, 23:59:59; and the next one 5 January, 0:00.
      await write(by(ada), { action: 'signed_in' }, '2026-01-04 10:59:59.999'),
      await write(by(ada, AWAY), { action: 'class_booked', entity: one }, '2026-01-04 11:00:00.000'),
      await write(by(bob), { action: 'join_attempt_success', entity: one }, '2026-01-05 10:59:59.999'),
      await write(by(bob, `::ffff:${HOME}`), { action: 'signed_in' }, '2026-01-05 11:00:00.000'),
      await write(THE_SYSTEM, { action: 'class_missed', entity: { type: 'class_date', id: 11 } }),
      await write(by(ada), { action: 'incident_retried', entity: { type: 'incident', id: 1 } }),
    ];
  });

  it.each<[Filter, number[]]>([
    [{}, [5, 4, 3, 2, 1, 0]],
    [{ action: '', person: '', ip: '', from: '', to: '' }, [5, 4, 3, 2, 1, 0]],
    [{ action: 'signed_in' }, [3, 0]],
    [{ action: 'signed_out' }, []],
    [{ person: 'ADA' }, [5, 1, 0]],
    [{ person: 'lovelace' }, [3, 2]],
    [{ person: 'love_' }, [5, 1, 0]],
    [{ person: 'Ada Love_lace' }, [5, 1, 0]],
    [{ person: '@school.ex' }, [5, 1, 0]],
    [{ person: '%' }, []],
    [{ person: 'a\\' }, []],
    [{ person: 'nobody of that name' }, []],
    [{ entityType: 'class_date' }, [4, 2, 1]],
    [{ entityType: 'class_date', entityId: '1' }, [2, 1]],
    [{ entityType: 'incident', entityId: '1' }, [5]],
    [{ ip: HOME }, [5, 3, 2, 0]],
    [{ ip: ` ::FFFF:${HOME} ` }, [5, 3, 2, 0]],
    [{ ip: '2001:DB8:0:0::7' }, [1]],
    [{ ip: '203.0.113.70' }, []],
    [{ from: '2026-01-05', to: '2026-01-05' }, [2, 1]],
    [{ from: '2026-01-06' }, [5, 4, 3]],
    [{ to: '2026-01-04' }, [0]],
    [{ action: 'signed_in', person: 'ada', ip: HOME, to: '2026-01-04' }, [0]],
    [{ person: 'bob', entityType: 'class_date', entityId: '1', from: '2026-01-05' }, [2]],
    [{ person: 'bob', action: 'class_booked' }, []],
  ])('%j', async (filter, expected) => {
    const ids = expected.map((row) => rows[row]);
    const { status, ids: shown, total, counts, main } = await show(filter);
    expect([status, shown]).toEqual([200, ids]);
    expect(total).toBe(ids.length);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(ids.length);
    if (ids.length === 0) expect(main).toContain('Nothing in the log fits.');
  });

  it('finds one person by number, and keeps what was typed', async () => {
    const { ids, $ } = await show({ person: String(bob.id), action: 'signed_in' });
    expect(ids).toEqual([rows[3]]);
    expect([$('#person').val(), $('#action').val()]).toEqual([String(bob.id), 'signed_in']);
  });

  it('counts each action, and each count leads to its rows', async () => {
    const { counts, $ } = await show({ from: '2026-01-01', to: '2026-01-31' });
    expect(counts).toEqual({ signed_in: 2, class_booked: 1, join_attempt_success: 1 });
    const href = $('details a').first().attr('href') ?? '';
    const leads = parse(await browser.get(href));
    expect(leads('.audits li').length).toBe(2);
  });

  it('says that too many people are called so', async () => {
    await Promise.all(Array.from({ length: 501 }, (_, count) => buildUser('student', { lastName: `Crowd ${count}` })));
    const { status, $ } = await show({ person: 'crowd' });
    expect([status, $('#person-error').text()]).toEqual([400, 'Too many people are called so. Enter more of it.']);
  });

  it('keeps people and their addresses out of the logs', async () => {
    await show({ person: 'ada@school.example', ip: '198.51.100.99' });
    await browser.get(`/x?next=${encodeURIComponent(`${paths.auditLogs}?ip=198.51.100.99&person=ada@school.example`)}`);
    expect(website.logged.join('')).not.toMatch(/school|198\.51\.100\.99/);
  });
});

describe('a wrong filter', () => {
  const long = 'x'.repeat(10_000);

  it.each([
    ['action=nonsense', 'action'],
    ['action=constructor', 'action'],
    ['action=signed_%D1%96n', 'action'],
    ['action=signed_in&action=signed_out', 'action'],
    ['action=signed_in%00', 'action'],
    [`person=${long}`, 'person'],
    ['person=a&person=b', 'person'],
    ['person=a%00b', 'person'],
    ['entityType=toString', 'entityType'],
    ['entityId=5', 'entityType'],
    ['entityType=user&entityId=0', 'entityId'],
    ['entityType=user&entityId=-1', 'entityId'],
    ['entityType=user&entityId=1.5', 'entityId'],
    ['entityType=user&entityId=1e3', 'entityId'],
    ['entityType=user&entityId=9999999999999999999999', 'entityId'],
    ['entityType=user&entityId=%EF%BC%91', 'entityId'],
    ['ip=nonsense', 'ip'],
    ['ip=203.0.113', 'ip'],
    ['ip=203.0.113.007', 'ip'],
    ['ip=%EF%BC%91.2.3.4', 'ip'],
    ['ip=fe80::1%25eth0', 'ip'],
    [`ip=${long}`, 'ip'],
    ['from=yesterday', 'from'],
    ['from=2026-02-30', 'from'],
    ['from=0001-01-01', 'from'],
    ['from=%EF%BC%92026-01-01', 'from'],
    ['to=2026-13-01', 'to'],
    ['from=2026-01-02&to=2026-01-01', 'to'],
    ['to=2026-01-01&to=2026-01-02', 'to'],
    ['before=x', 'before'],
    ['before=0', 'before'],
    ['before=1&before=2', 'before'],
  ])('%.60s is said beside its field', async (query, field) => {
    for (const path of [paths.auditLogs, paths.auditExport]) {
      const answer = await browser.get(`${path}?${query}`);
      const $ = parse(answer);
      expect([answer.status, answer.type]).toEqual([400, 'text/html']);
      expect($('.summary a').attr('href')).toBe(`#${field}`);
      expect($(`#${field}`).length).toBe(1);
      if (field !== 'before') expect($(`#${field}`).attr('aria-describedby')).toBe(`${field}-error`);
    }
    expect(await website.audited()).toEqual([]);
  });

  it.each(['a[]=1', 'person[x]=1', '__proto__=1', '%', '%ff=%ff', 'person=%ff', 'person=%F0%9F%98%80'])(
    'what is no field of ours changes nothing: %s',
    async (query) => {
      expect((await browser.get(`${paths.auditLogs}?${query}`)).status).toBe(200);
    },
  );
});

it('goes through the whole log in parts, each row once, whatever comes meanwhile', async () => {
  const ids: number[] = [];
  for (let count = 0; count < 120; count += 1) {
    ids.unshift(await write(count % 2 === 0 ? by(ada) : by(bob), { action: 'signed_in' }));
  }
  const first = await show({ action: 'signed_in' });
  expect(first.ids).toEqual(ids.slice(0, 50));
  await write(by(ada), { action: 'signed_in' });
  const second = await show(Object.fromEntries(new URL(first.older ?? '', 'http://x').searchParams));
  expect(second.ids).toEqual(ids.slice(50, 100));
  expect(second.total).toBe(121);
  const third = await show(Object.fromEntries(new URL(second.older ?? '', 'http://x').searchParams));
  expect(third.ids).toEqual(ids.slice(100));
  expect(third.older).toBeUndefined();
  expect((await show({ before: String(ids.at(-1)) })).main).toContain('There is nothing older.');
});

describe('the check', () => {
  const text = async () => {
    const answer = await browser.submit(paths.auditCheck);
    expect(answer.status).toBe(200);
    return parse(answer)('#checked').text().replace(/\s+/g, ' ').trim();
  };

  it('says that the log is whole, how much of it was checked, and how much is not sealed yet', async () => {
    await write(by(ada), { action: 'signed_in' });
    await write(by(ada), { action: 'signed_out' });
    await sealAudits(website.deps);
    expect(await text()).toMatch(/^The log is whole. 2 rows checked; 0 not sealed yet. Checked up to 2:[\da-f]{64}$/);
    expect(await text()).toMatch(/^The log is whole. 3 rows checked; 1 not sealed yet./);
    expect(await website.audited()).toEqual(['signed_in', 'signed_out', 'audit_checked', 'audit_checked']);
  });

  it('names the first broken place and says what to do', async () => {
    await write(by(ada), { action: 'signed_in' });
    const id = await write(by(ada), { action: 'signed_out' });
    await sealAudits(website.deps);
    await ZoomAuditLog.update({ action: 'signed_in' }, { where: { id } });
    const said = await text();
    expect(said).toContain(`Row ${id} (place 2 of the chain) was changed after it was written. 1 row checked up to`);
    expect(said).toContain('Compare this place with your latest backup');
  });
});

it('has words for everything that is written', () => {
  const sources = projectFiles().filter((file) => /^src\/(commands|routes|middlewares)\/.*\.ts$/.test(file));
  const types = sources.flatMap((file) =>
    [...readProjectFile(file).matchAll(/entity\w*(?: =|:)[^;]*?\{ type: '(\w+)'/g)].map((match) => match[1] ?? ''),
  );
  expect(types).toContain('incident');
  expect(types.filter((type) => !Object.hasOwn(ENTITY_WORDS, type))).toEqual([]);
  expect(new Set(Object.values(ACTION_WORDS)).size).toBe(Object.keys(ACTION_WORDS).length);
});
