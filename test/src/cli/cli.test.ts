import { buildClassDate, buildOrder, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildMeeting } from '../../factories/meetings';
import { buildUser } from '../../factories/people';
import { buildWebhookEvent, startedEvent, unreadableEvent } from '../../factories/webhookEvents';
import { resendMails } from '../../../src/commands/resendMails';
import { THE_SYSTEM } from '../../../src/commands/writeAudit';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { requireTestEnvironment } from '../../../src/config/testEnvironment';
import { runCli } from '../../support/cli';
import { deleteNamespace } from '../../support/devScene';
import { eventually } from '../../support/eventually';
import { createNamespace } from '../../support/namespace';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const GRACE = 'grace.hopper@teachers.example';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

/** Against this test's database and Zoom. */
const cli = (args: readonly string[], changed: Record<string, string> = {}) =>
  runCli(args, { settings: { ...site.settings, ...changed } });

it('shows how every teacher’s connection stands', async () => {
  const connected = await buildConnectedTeacher(site.deps, site.zoom);
  const never = await buildUser('teacher');
  const { code, out } = await cli(['connections', 'list']);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`${connected.id} +${connected.fullName} +connected +licensed`));
  expect(out).toMatch(new RegExp(`${never.id} +${never.fullName} +never connected`));

  const asJson = JSON.parse((await cli(['connections', 'list', '--json'])).out) as unknown;
  expect(asJson).toEqual([
    expect.objectContaining({ teacherId: connected.id, state: 'connected', classesSoon: 0 }),
    expect.objectContaining({ teacherId: never.id, state: 'never connected', nextRefreshAt: null }),
  ]);
});

it('renews what has used up half its life; who cannot be renewed stops nobody else', async () => {
  const [healthy] = await ZoomConnection.findAll({ where: { state: 'connected' } });
  const revoked = await buildConnectedTeacher(site.deps, site.zoom, GRACE);
  await ZoomConnection.update({ tokenExpiresAt: new Date(Date.now() + 60_000) }, { where: {} });
  await ZoomConnection.update({ refreshedAt: new Date(Date.now() - 50 * 60_000) }, { where: {} });
  site.zoom.control.revoke(GRACE);
  const calls = () => site.zoom.control.callCount('tokenRefresh');
  const before = calls();

  const dry = await cli(['refresh-tokens', '--dry-run']);
  expect(dry.code).toBe(0);
  expect(dry.out.match(/would be renewed/g)).toHaveLength(2);
  expect(calls()).toBe(before);

  const { code, out } = await cli(['refresh-tokens']);
  expect(code).toBe(1);
  expect(out).toMatch(new RegExp(`${healthy?.userId} +renewed`));
  expect(out).toMatch(new RegExp(`${revoked.id} +dead +ZoomNeedsReconnect +The teacher must connect`));
  expect(calls()).toBe(before + 2);

  expect((await cli(['refresh-tokens'])).out).toMatch(new RegExp(`${healthy?.userId} +fresh`));
  expect(site.zoom.control.tokensFor(LICENSED_HOST)).toBeDefined();
});

it('renews the token of one teacher, also one that has life left', async () => {
  const healthy = await ZoomConnection.findOne({ where: { state: 'connected' }, rejectOnEmpty: true });
  const teacher = ['refresh-tokens', '--teacher', String(healthy.userId), '--json'];
  const outcome = async (...more: string[]) => {
    const { code, out } = await cli([...teacher, ...more]);
    return [code, JSON.parse(out) as unknown];
  };
  const is = (word: string) => [0, [{ teacherId: healthy.userId, outcome: word, reason: null }]];
  const version = async () => (await healthy.reload()).version;
  const before = await version();
  expect(await outcome()).toEqual(is('fresh'));
  expect(await outcome('--now', '--dry-run')).toEqual(is('would be renewed'));
  expect(await version()).toBe(before);
  expect(await outcome('--now')).toEqual(is('renewed'));
  expect(await version()).toBeGreaterThan(before);

  const never = await buildUser('teacher');
  const unconnected = await cli(['refresh-tokens', '--teacher', String(never.id)]);
  expect([unconnected.code, unconnected.out]).toEqual([1, expect.stringContaining('connects Zoom at /teacher/zoom')]);
  const student = await buildUser('student');
  expect((await cli(['refresh-tokens', '--teacher', String(student.id)])).code).toBe(64);
});

it('rotates keys, and says which key nothing needs any more', async () => {
  const newKeys = `e2:${Buffer.alloc(32, 5).toString('base64')},${site.settings['ENCRYPTION_KEYS']}`;
  const { code, out } = await cli(['keys', 'rotate'], { ENCRYPTION_KEYS: newKeys });
  expect(out).toContain('take them out of ENCRYPTION_KEYS: e1');
  expect(code).toBe(0);
});

it('reads stored events of a class date again, and says beforehand how many', async () => {
  const classDate = await buildClassDate({ state: 'ready' });
  const meeting = await buildMeeting(site.deps.encryption, classDate);
  await buildWebhookEvent(startedEvent(meeting.meetingId), { state: 'failed', lastError: 'A fault.' });
  const ofClass = ['webhooks', 'replay', '--class', String(classDate.id)];
  expect((await cli([...ofClass, '--dry-run'])).out.trim()).toBe('Stored events that would be read again: 1');
  expect((await classDate.reload()).state).toBe('ready');

  const { code, out } = await cli([...ofClass, '--json']);
  expect(JSON.parse(out)).toEqual({ events: 1, processed: 1, unmatched: 0, failed: 0, waiting: 0 });
  expect(code).toBe(0);
  expect((await classDate.reload()).state).toBe('live');

  await buildWebhookEvent(unreadableEvent(meeting.meetingId), { state: 'failed', lastError: 'A fault.' });
  const all = await cli(['webhooks', 'replay', '--from', '2026-01-01T00:00:00Z', '--to', '2099-01-01']);
  expect(all.out.trim()).toBe('2 stored events: 1 read again, 0 not about a class of ours.');
  expect(all.err).toContain('1 cannot be understood');
  expect(all.code).toBe(1);
});

it('says how classes stand with their meetings, and has those that lack one tried', async () => {
  const connection = await ZoomConnection.findOne({ where: { state: 'connected' }, rejectOnEmpty: true });
  const order = await buildOrder({ teacherId: connection.userId });
  const classDate = await buildClassDate({ order, startsAt: new Date(Date.now() + 10 * 60_000) });
  const dry = await cli(['generate-meetings', '--dry-run']);
  expect(dry.out).toMatch(new RegExp(`${classDate.id} .* scheduled +would be made now`));
  expect(await WorkflowOutbox.count({ where: { classDateId: classDate.id } })).toBe(0);
  const { out } = await cli(['generate-meetings', '--json']);
  expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ classDateId: classDate.id, state: 'scheduled' }));
  expect(await WorkflowOutbox.count({ where: { classDateId: classDate.id, reason: 'retry now' } })).toBe(1);
});

it('sweeps: says what is missing, starts it, and finds it running the next time', async () => {
  const address = requireTestEnvironment('temporalAddress');
  const namespace = await createNamespace(address);
  const sweep = async (...options: string[]) => {
    const { code, out } = await cli(['sweep', ...options], {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
    });
    return { code, out };
  };
  await buildClassDate();
  await site.deps.db.query('UPDATE class_dates SET updated_at = TIMESTAMPADD(HOUR, -1, updated_at)');
  await site.deps.db.query('UPDATE zoom_connections SET updated_at = TIMESTAMPADD(HOUR, -1, updated_at)');
  await WorkflowOutbox.destroy({ where: {} });
  const dry = await sweep('--dry-run');
  expect(dry.out).toMatch(/Should run: (\d+), of which run: 0\nMissing: \1\n/);
  expect(dry.code).toBe(1);

  const first = await sweep('--json');
  const counts = JSON.parse(first.out) as Record<string, number>;
  expect(counts).toMatchObject({ running: 0, failed: 0 });
  expect(counts['missing']).toBe(counts['expected']);
  expect(first.code).toBe(0);
  const second = await eventually('Temporal lists them', async () => {
    const again = JSON.parse((await sweep('--json', '--dry-run')).out) as Record<string, number>;
    return again['missing'] === 0 ? again : null;
  });
  // And the incident that says so, which has a workflow of its own.
  expect(second['running']).toBe((counts['expected'] ?? 0) + 1);
  await deleteNamespace(address, namespace);
});

it.each([
  ['an unknown command', ['nonsense']],
  ['a span that ends before it begins', ['generate-meetings', '--from', '2026-01-02', '--to', '2026-01-01']],
  ['no choice of events', ['webhooks', 'replay']],
  ['two choices of events', ['webhooks', 'replay', '--class', '1', '--from', '2026-01-01']],
  ['a span that ends before it starts', ['webhooks', 'replay', '--from', '2026-01-02', '--to', '2026-01-01']],
  ['a time that is none', ['webhooks', 'replay', '--from', 'monday', '--to', '2026-01-01']],
  ['an unknown option', ['refresh-tokens', '--all']],
  ['no subcommand', ['keys']],
])('ends with 64 on %s', async (_what, args) => {
  expect((await cli(args)).code).toBe(64);
});

it('says in a sentence that the database does not answer, and ends with 69', async () => {
  const { code, out, err } = await cli(['connections', 'list'], { DATABASE_URL: 'mysql://nobody@127.0.0.1:9/none' });
  expect(err.trim()).toBe('The database does not answer. Is it running, and is DATABASE_URL right?');
  expect(out).toBe('');
  expect(code).toBe(69);
});

it('lists mails without anybody’s address, and sends again what did not arrive', async () => {
  const classDate = await buildClassDate({ state: 'ready' });
  const student = await buildUser('student', { email: 'unmistakable@example.test' });
  const person = { userId: student.id, email: student.email };
  const { pass } = await buildPass(site.deps.signingKeys, classDate, person);
  const failed = await buildMail(classDate, pass, { state: 'failed', lastError: 'a fault' });
  await buildMail(classDate, pass, { kind: 'new_link' });
  const ofClass = ['--class', String(classDate.id)];
  const listed = await cli(['mails', 'list', ...ofClass]);
  expect(listed.out).toMatch(new RegExp(`${failed.id} +Reminder +user:${student.id} .* failed .* a fault`));
  expect(listed.out).not.toContain('@');
  const json = await cli(['mails', 'list', ...ofClass, '--state', 'sent', '--json']);
  expect(JSON.parse(json.out)).toEqual([expect.objectContaining({ what: 'Link sent again', state: 'sent' })]);

  const dry = await cli(['mails', 'resend', ...ofClass, '--dry-run']);
  expect([dry.code, dry.out.trim()]).toEqual([0, 'Would go out again: 1 of 1']);
  expect((await failed.reload()).state).toBe('failed');
  const { code, out } = await cli(['mails', 'resend', ...ofClass, '--json']);
  expect([code, JSON.parse(out)]).toEqual([0, [{ id: failed.id, goesOut: true, why: null }]]);
  expect((await failed.reload()).state).toBe('queued');
  const again = await cli(['mails', 'resend', '--id', String(failed.id)]);
  expect([again.code, again.err]).toEqual([1, expect.stringContaining('on its way already')]);
  expect((await cli(['mails', 'resend'])).code).toBe(64);
});

it('tries again what failed in the last days, or in as many as it is told', async () => {
  const classDate = await buildClassDate({ state: 'ready', startsAt: new Date(Date.now() + 10 * 60_000) });
  const student = await buildUser('student');
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await buildMail(classDate, pass, { state: 'bounced' });
  const createdAt = new Date(Date.now() - 8 * 24 * 60 * 60_000);
  await buildMail(classDate, pass, { kind: 'new_link', state: 'failed', createdAt });
  const goOut = async (...days: string[]) =>
    JSON.parse((await cli(['mails', 'retry', '--dry-run', '--json', ...days])).out) as unknown;
  expect(await goOut()).toMatchObject({ goOut: 1 });
  expect(await goOut('--days', '30')).toMatchObject({ goOut: 2 });
});

it('says of what failed how much must wait, as it was sent again too often, and ends with 1', async () => {
  const classDate = await buildClassDate({ state: 'ready', startsAt: new Date(Date.now() + 10 * 60_000) });
  const over = await buildClassDate({ state: 'settled', startsAt: new Date(Date.now() - 600 * 60_000) });
  const student = await buildUser('student');
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await MailDelivery.destroy({ where: {} });
  const mail = await buildMail(classDate, pass, { state: 'failed' });
  await buildMail(over, pass, { state: 'failed' });
  for (let tries = 0; tries < 5; tries += 1) {
    const asked = await cli(['mails', 'retry', '--json', '--dry-run']);
    expect([asked.code, JSON.parse(asked.out)]).toMatchObject([0, { goOut: 1, mustWait: 0 }]);
    await resendMails(site.deps, { ids: [mail.id], evenIfSent: false }, THE_SYSTEM);
    await MailDelivery.update({ state: 'failed' }, { where: { id: mail.id } });
  }
  // What is only asked says the same, and counts nothing.
  for (const asked of [['--dry-run'], []]) {
    const { code, out } = await cli(['mails', 'retry', '--json', ...asked]);
    expect([code, JSON.parse(out)]).toEqual([1, { undelivered: 2, goOut: 0, mustWait: 1, helpNobodyAnyMore: 1 }]);
  }
  const said = await cli(['mails', 'retry']);
  expect(said.out).toContain('On their way once more: 0 of 2 of the last 7 days. Help nobody any more: 1.');
  expect([said.code, said.err]).toEqual([1, expect.stringContaining('must wait: 1.')]);
});

it('compares class times with their zones’ rules, and moves none when it is only asked', async () => {
  const startsAt = new Date('2030-07-01T09:00:00Z');
  const classDate = await buildClassDate({ localStart: '2030-07-01T10:00', timeZone: 'Europe/Berlin', startsAt });
  const dry = await cli(['class-times', 'check', '--dry-run']);
  expect([dry.code, dry.out]).toEqual([
    0,
    expect.stringMatching(new RegExp(`${classDate.id} .*Europe/Berlin .*would be`)),
  ]);
  expect((await classDate.reload()).startsAt).toEqual(startsAt);
  const { out } = await cli(['class-times', 'check', '--json']);
  expect(JSON.parse(out)).toMatchObject({ classes: [{ classDateId: classDate.id, moved: true }] });
  expect((await classDate.reload()).startsAt).toEqual(new Date('2030-07-01T08:00:00Z'));
});

it('says the same of a Temporal that does not answer', async () => {
  const { code, err } = await cli(['sweep', '--dry-run'], { TEMPORAL_ADDRESS: '127.0.0.1:9' });
  expect(err.trim()).toBe('Temporal does not answer. Is it running, and is TEMPORAL_ADDRESS right?');
  expect(code).toBe(69);
});
