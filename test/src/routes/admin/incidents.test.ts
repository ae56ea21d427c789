import { openIncident, reportTrouble } from '../../../../src/commands/openIncident';
import { closeIncident } from '../../../../src/commands/closeIncident';
import { Incident } from '../../../../src/models/Incident';
import { WorkflowSweep } from '../../../../src/models/WorkflowSweep';
import { ZoomMeeting } from '../../../../src/models/ZoomMeeting';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildOrder } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  browser = (await signedInBrowser(website, 'admin')).browser;
});

afterAll(() => website.close());

async function mainOf(path: string): Promise<string> {
  const answer = await browser.get(path);
  expect(answer.status).toBe(200);
  return parse(answer)('main').text().replace(/\s+/g, ' ');
}

async function openOf(cause: Incident['cause']): Promise<Incident> {
  return Incident.findOne({ where: { cause, closedAt: null }, rejectOnEmpty: true });
}

it('says that nothing is wrong when nothing is', async () => {
  expect(await mainOf(paths.incidents)).toContain('Nothing is wrong just now.');
  expect(parse(await browser.get(paths.admin))('nav .count, .trouble').length).toBe(0);
});

it('says what the last sweep found, and that none has come for long', async () => {
  expect(await mainOf(paths.incidents)).toContain('There has been no sweep yet. It should come every five minutes');
  const counts = { expected: 13, running: 12, missing: 1, onTheirWay: 0, stuck: 0, orphans: 2, overdue: 0, failed: 0 };
  const sweep = await WorkflowSweep.create({ ...counts, startedAt: new Date() });
  const words = '13 workflows should run, 12 ran, 1 were missing, 2 ended.';
  expect(await mainOf(paths.incidents)).toMatch(new RegExp(`Last sweep: .*${words}`));
  expect(await mainOf(paths.incidents)).not.toContain('should come');
  await website.deps.db.query('UPDATE workflow_sweeps SET created_at = TIMESTAMPADD(MINUTE, -16, created_at)');
  expect(await mainOf(paths.incidents)).toContain('It should come every five minutes');
  await sweep.destroy();
});

it('keeps no class waiting because workflows were started anew', async () => {
  await buildClassDate({ startsAt: new Date(Date.now() + 60 * 60_000) });
  await reportTrouble(website.deps, { cause: 'sweep_acted' });
  const incident = await openOf('sweep_acted');
  const page = await mainOf(paths.incident(incident.id));
  expect(page).toContain('Workflows that should have run did not, and were started again');
  expect(page).toContain('Classes it touches in the next 24 hours None.');
  await closeIncident(website.deps, { cause: 'sweep_acted' }, null);
  website.temporal.hints.splice(0);
});

it('shows what is open on every page of an admin, what it touches and what to do', async () => {
  const teacher = await buildUser('teacher');
  const order = await buildOrder({ title: 'Maths 7B', teacherId: teacher.id });
  await buildClassDate({ order, startsAt: new Date(Date.now() + 60 * 60_000) });
  await reportTrouble(website.deps, { cause: 'teacher_connection', userId: teacher.id });

  const page = parse(await browser.get(paths.admin));
  expect(page('nav .count').text()).toBe('1');
  expect([page('.trouble').text(), page('.trouble a').attr('href')]).toEqual([
    'Something needs you: see what is wrong, and what to do',
    paths.incidents,
  ]);
  const what = `${teacher.fullName} has no working Zoom connection`;
  expect(await mainOf(paths.incidents)).toContain(`${what}one class`.slice(0, what.length));
  const ofIncident = await mainOf(paths.incident((await openOf('teacher_connection')).id));
  expect(ofIncident).toContain(what);
  expect(ofIncident).toContain('Maths 7B');
  expect(ofIncident).toContain('they connect');
  expect(website.temporal.hints.filter((hint) => hint.endsWith('incident opened'))).toHaveLength(2);
});

it('has everything that waits tried again at the press of a button', async () => {
  await reportTrouble(website.deps, { cause: 'zoom_credentials' });
  const classDate = await buildClassDate({ startsAt: new Date(Date.now() + 20 * 60_000) });
  await classDate.update({ state: 'preparing', stateReason: 'zoom_not_configured' });
  const later = new Date(Date.now() + 60_000);
  const meeting = await buildMeeting(website.deps.encryption, classDate, { state: 'planned', nextAttemptAt: later });
  const incident = await openOf('zoom_credentials');

  const answer = await browser.submit(paths.incidentRetry(incident.id));
  expect(answer.status).toBe(303);
  expect(await mainOf(paths.incident(incident.id))).toContain('one class tried again');
  expect((await ZoomMeeting.findByPk(meeting.id))?.nextAttemptAt).toBeNull();
  expect(website.temporal.hints).toEqual(
    expect.arrayContaining([`incident ${incident.id}: retry now`, `${classDate.id}: retry now`]),
  );
  expect(await website.audited()).toContain('incident_retried');
});

it('is one incident however many meet it at once, and the same one when it comes back within minutes', async () => {
  const trouble = { cause: 'mail_unreachable' } as const;
  await Promise.all(Array.from({ length: 50 }, () => reportTrouble(website.deps, trouble)));
  const incident = await openOf('mail_unreachable');
  expect(incident.occurrences).toBe(50);
  expect(website.temporal.hints.filter((hint) => hint === `incident ${incident.id}: incident opened`).length).toBe(1);

  await closeIncident(website.deps, trouble, null);
  expect((await incident.reload()).closedAt).not.toBeNull();
  expect(await openIncident(website.deps, trouble, null)).toHaveLength(1);
  expect(await incident.reload()).toMatchObject({ closedAt: null, occurrences: 51 });
  expect(await Incident.count({ where: trouble })).toBe(1);
});

it('knows no incident that is not there', async () => {
  expect((await browser.get(paths.incident(999_999))).status).toBe(404);
  expect((await browser.submit(paths.incidentRetry(999_999))).status).toBe(404);
});
