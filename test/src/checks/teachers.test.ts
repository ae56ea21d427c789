import { checkTeachers } from '../../../src/checks/teachers';
import { addMinutes } from '../../../src/domain/clock';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { buildClassDate } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

it('fails because of a class that takes place, and not because of one that was cancelled', async () => {
  const ofTeachers = async () => (await checkTeachers(website.deps)).find(({ name }) => name === 'teachers');
  await buildClassDate({ state: 'cancelled', startsAt: addMinutes(new Date(), 60) });
  expect(await ofTeachers()).toMatchObject({ verdict: 'passed', why: 'Classes: 0; all their teachers are connected.' });
  const { teacherId } = await buildClassDate({ startsAt: addMinutes(new Date(), 60) });
  expect(await ofTeachers()).toMatchObject({
    verdict: 'failed',
    why: `1 of 1 classes have a teacher without Zoom: ${teacherId}.`,
    remedy: expect.stringContaining('/teacher/zoom') as string,
  });
});

const HOUR_MINUTES = 60;

it('warns of tokens that were not renewed in time and of who must connect again, by their numbers', async () => {
  const tokens = async () => (await checkTeachers(website.deps)).find(({ name }) => name === 'tokens');
  const { id: userId } = await buildUser('teacher');
  const hoursAgo = (hours: number) => addMinutes(new Date(), -hours * HOUR_MINUTES);
  const tokenExpiresAt = addMinutes(new Date(), 30);
  const connection = await ZoomConnection.create({
    ...{ userId, state: 'connected', tokenExpiresAt, refreshedAt: hoursAgo(23) },
  });
  expect(await tokens()).toMatchObject({ verdict: 'passed', why: 'All were renewed in time.', remedy: null });
  await connection.update({ refreshedAt: hoursAgo(25) });
  expect(await tokens()).toMatchObject({
    verdict: 'warning',
    why: `Not renewed in time: ${userId}.`,
    remedy: expect.stringContaining('refresh-tokens') as string,
  });
  await connection.update({ state: 'needs_reconnect' });
  expect(await tokens()).toMatchObject({
    verdict: 'warning',
    why: `Must connect again: ${userId}.`,
    remedy: expect.stringContaining('they connect again') as string,
  });
});
