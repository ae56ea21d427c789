import { closeDeps, createDeps, type Deps } from '../../src/deps';
import type { buildClassDate } from '../factories/classes';
import { testConfig } from './config';
import { createTestDatabase, type TestDatabase } from './database';
import type { Told } from './meetingEvents';
import { RecordingTemporal } from './recordingTemporal';
import { buildRoomWithStudent, tellOf } from './toldRoom';

/** Where events are told, for all tests of a file: from before the first until after the last. */
export function toldSiteOfTests() {
  let site: { readonly database: TestDatabase; readonly deps: Deps } | null = null;
  const temporal = new RecordingTemporal();
  const depsOf = (): Deps => {
    if (!site) throw new Error('It is there from before the first test on.');
    return site.deps;
  };
  beforeAll(async () => {
    const database = await createTestDatabase();
    site = { database, deps: { ...createDeps(testConfig({ DATABASE_URL: database.url })), temporal } };
  });
  afterAll(async () => {
    if (!site) return;
    await closeDeps(site.deps);
    await site.database.drop();
  });
  beforeEach(() => temporal.hints.splice(0));
  return {
    temporal,
    get deps() {
      return depsOf();
    },
    tell: (told: Told) => tellOf(depsOf(), told),
    /** A class of the time that the events are of. */
    buildReadyClass: (fields?: Parameters<typeof buildClassDate>[0]) =>
      buildRoomWithStudent(depsOf(), { startsAt: new Date('2026-11-22T09:30:00Z'), ...fields }),
  };
}
