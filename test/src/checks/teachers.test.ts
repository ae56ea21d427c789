import { checkTeachers } from '../../../src/checks/teachers';
import { addMinutes } from '../../../src/domain/clock';
import { buildClassDate } from '../../factories/classes';
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
  await buildClassDate({ startsAt: addMinutes(new Date(), 60) });
  expect(await ofTeachers()).toMatchObject({ verdict: 'failed' });
});
