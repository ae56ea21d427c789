import { saveMadeMeeting } from '../../../src/commands/saveMadeMeeting';
import { closeDeps, createDeps, type Deps } from '../../../src/deps';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { testConfig } from '../../support/config';
import { createTestDatabase, type TestDatabase } from '../../support/database';

let database: TestDatabase;
let deps: Deps;

beforeAll(async () => {
  database = await createTestDatabase();
  deps = createDeps(testConfig({ DATABASE_URL: database.url }));
});

afterAll(async () => {
  await closeDeps(deps);
  await database.drop();
});

const made = (meetingId: string) => ({ meetingId, joinUrl: `http://127.0.0.1/j/${meetingId}`, registration: false });

async function meetingsOf(classDateId: number) {
  const rows = await ZoomMeeting.findAll({ where: { classDateId }, order: ['generation'] });
  return rows.map(({ meetingId, state, isCurrent }) => [meetingId, state, isCurrent]);
}

it('a second answer for an attempt that has its meeting is kept, so that the second meeting is removed', async () => {
  const classDate = await buildClassDate({ state: 'preparing' });
  const attempt = await buildMeeting(deps.encryption, classDate, { state: 'creating', meetingId: null });
  await saveMadeMeeting(deps, attempt, made('81000000001'), 'meeting_created');
  await saveMadeMeeting(deps, attempt, made('81000000002'), 'meeting_created');
  // Told twice, each is known already.
  await saveMadeMeeting(deps, attempt, made('81000000001'), 'meeting_adopted', ['81000000002']);
  expect(await meetingsOf(classDate.id)).toEqual([
    ['81000000001', 'created', true],
    ['81000000002', 'deleting', null],
  ]);
});

it('all that were made for one attempt are kept in the commit that adopts the oldest', async () => {
  const classDate = await buildClassDate({ state: 'preparing' });
  const attempt = await buildMeeting(deps.encryption, classDate, { state: 'unknown', meetingId: null });
  const others = ['82000000002', '82000000003'];
  await saveMadeMeeting(deps, attempt, made('82000000001'), 'meeting_adopted', others);
  expect(await meetingsOf(classDate.id)).toEqual([
    ['82000000001', 'created', true],
    ['82000000002', 'deleting', null],
    ['82000000003', 'deleting', null],
  ]);
});

it('all of them go when the class was cancelled meanwhile', async () => {
  const classDate = await buildClassDate({ state: 'cancelled' });
  const former = { state: 'unknown', meetingId: null, isCurrent: null } as const;
  const attempt = await buildMeeting(deps.encryption, classDate, former);
  await saveMadeMeeting(deps, attempt, made('83000000001'), 'meeting_adopted', ['83000000002']);
  expect(await meetingsOf(classDate.id)).toEqual([
    ['83000000001', 'deleting', null],
    ['83000000002', 'deleting', null],
  ]);
});
