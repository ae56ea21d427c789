import { QueryTypes } from 'sequelize';
import { checkClasses } from '../../../src/checks/workers';
import { addMinutes } from '../../../src/domain/clock';
import { Incident } from '../../../src/models/Incident';
import { WorkflowOutbox } from '../../../src/models/WorkflowOutbox';
import { buildClassDate } from '../../factories/classes';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

const find = async (wanted: string) => (await checkClasses(website.deps)).find(({ name }) => name === wanted);
const update = (sql: string) => website.deps.db.query(sql, { type: QueryTypes.UPDATE });

it('fails while no worker beats, and passes once one does', async () => {
  expect(await find('workers')).toMatchObject({
    verdict: 'failed',
    why: 'None has said within the minute that it is at work.',
    remedy: expect.stringContaining('npm run worker') as string,
  });
  await website.deps.db.query(
    `INSERT INTO worker_beats (holder, beaten_at, created_at) VALUES ('w', UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
  );
  const checks = await checkClasses(website.deps);
  expect(checks.map(({ name, verdict, remedy }) => [name, verdict, remedy])).toEqual([
    ['workers', 'passed', null],
    ['classes', 'passed', null],
    ['incidents', 'passed', null],
    ['outbox', 'passed', null],
  ]);
});

it.each([
  ['rooms', { startsAt: addMinutes(new Date(), 20) }],
  ['starts', { startsAt: addMinutes(new Date(), -10), state: 'ready' }],
  ['closings', { startsAt: addMinutes(new Date(), -80), state: 'ended' }],
  ['settlings', { startsAt: addMinutes(new Date(), -160), state: 'ended', closedAt: addMinutes(new Date(), -80) }],
] as const)('fails because of %s that are overdue', async (what, fields) => {
  const classDate = await buildClassDate(fields);
  expect(await find('classes')).toMatchObject({ verdict: 'passed' });
  // Past the models, which would note that it was changed now.
  await update('UPDATE class_dates SET updated_at = TIMESTAMPADD(MINUTE, -3, UTC_TIMESTAMP(3))');
  const found = await find('classes');
  expect(found).toMatchObject({ verdict: 'failed', remedy: expect.stringContaining('generate-meetings') as string });
  expect(found?.why.match(/\w+ [1-9]/g)).toEqual([`${what} 1`]);
  await classDate.destroy();
});

it('warns of trouble that is open, until it is closed', async () => {
  const now = new Date();
  const trouble = { cause: 'mail_unreachable' as const, openedAt: now, lastSeenAt: now };
  const incident = await Incident.create({ randomKey: 'a'.repeat(32), ...trouble });
  expect(await find('incidents')).toMatchObject({
    verdict: 'warning',
    why: 'Open: 1.',
    remedy: expect.stringContaining('/admin/incidents') as string,
  });
  await incident.update({ closedAt: now });
  expect(await find('incidents')).toMatchObject({ verdict: 'passed' });
});

it('warns of words that no workflow has heard for two minutes', async () => {
  const { id: classDateId } = await buildClassDate();
  await WorkflowOutbox.create({ classDateId, reason: 'booked' });
  expect(await find('outbox')).toMatchObject({ verdict: 'passed' });
  await update('UPDATE workflow_outbox SET created_at = TIMESTAMPADD(MINUTE, -3, UTC_TIMESTAMP(3))');
  expect(await find('outbox')).toMatchObject({
    verdict: 'warning',
    why: 'Unheard for two minutes: 1.',
    remedy: expect.stringContaining('told again by the workers') as string,
  });
});
