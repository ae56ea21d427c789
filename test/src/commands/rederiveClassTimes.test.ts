import { rederiveClassTimes } from '../../../src/commands/rederiveClassTimes';
import { rederiveDaily } from '../../../src/commands/rederiveDaily';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { buildClassDate } from '../../factories/classes';
import { startWebsite, type Website } from '../../support/website';

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
});

afterAll(() => website.close());

/** A class that starts in so many hours by its wall time, and whose instant was derived by rules an hour off. */
function buildOff(hoursAhead: number, fields: Partial<ClassDate> = {}): Promise<ClassDate> {
  const right = new Date(Math.floor(Date.now() / 60_000) * 60_000 + hoursAhead * 60 * 60_000);
  const localStart = right.toISOString().slice(0, 16);
  return buildClassDate({ localStart, timeZone: 'UTC', startsAt: addMinutes(right, 60), ...fields });
}

const rightStart = ({ localStart }: ClassDate) => new Date(`${localStart}:00Z`);

it('moves what differs from its wall time, tells the workflow and the audit log, and leaves the rest alone', async () => {
  const off = await buildOff(48);
  const right = await buildOff(72);
  await right.update({ startsAt: rightStart(right) });
  const before = off.startsAt;

  const dry = await rederiveClassTimes(website.deps, { dryRun: true });
  expect(dry.classes).toEqual([expect.objectContaining({ classDateId: off.id, moved: false, withinLead: false })]);
  expect((await off.reload()).startsAt).toEqual(before);

  const outcome = await rederiveClassTimes(website.deps, { dryRun: false });
  expect(outcome.checked).toBe(dry.checked);
  expect(outcome.classes).toEqual([expect.objectContaining({ classDateId: off.id, moved: true })]);
  expect(await off.reload()).toMatchObject({ startsAt: rightStart(off), version: 2, scheduleVersion: 2 });
  expect(await right.reload()).toMatchObject({ version: 1, scheduleVersion: 1 });
  expect(website.temporal.hints).toContain(`${off.id}: rescheduled`);
  const audit = await ZoomAuditLog.findAll({ where: { action: 'class_rescheduled' } });
  expect(audit.map(({ entityId, userId }) => [entityId, userId])).toEqual([[off.id, null]]);
  expect((await rederiveClassTimes(website.deps, { dryRun: false })).classes).toEqual([]);
});

it('never moves a class within its lead, at either of its times, nor one that has left the waiting', async () => {
  const near = await buildOff(0.4);
  const wouldBeNear = await buildOff(0.2);
  const preparing = await buildOff(48, { state: 'preparing' });
  const { classes } = await rederiveClassTimes(website.deps, { dryRun: false });
  expect(classes.map(({ classDateId, withinLead, moved }) => [classDateId, withinLead, moved])).toEqual([
    [near.id, true, false],
    [wouldBeNear.id, true, false],
  ]);
  for (const classDate of [near, wouldBeNear, preparing]) expect((await classDate.reload()).version).toBe(1);
});

it('two at once move it once', async () => {
  const off = await buildOff(96);
  await Promise.all([1, 2].map(() => rederiveClassTimes(website.deps, { dryRun: false })));
  expect(await off.reload()).toMatchObject({ startsAt: rightStart(off), scheduleVersion: 2 });
});

it('the sweep does it once a day; what failed is done by the next one, and a move is gathered as any other is', async () => {
  const { deps } = website;
  const first = await buildOff(120);
  const broken = { ...deps, signingKeys: undefined as never };
  await expect(rederiveDaily(broken)).rejects.toThrow();
  expect(await rederiveDaily(deps)).toMatchObject({ moved: 1 });
  expect((await first.reload()).startsAt).toEqual(rightStart(first));
  expect(first.gathersUntil).not.toBeNull();

  const second = await buildOff(144);
  expect(await rederiveDaily(deps)).toBeNull();
  expect((await second.reload()).version).toBe(1);
  const clock = { now: () => addMinutes(new Date(), 24 * 60 + 1) };
  expect(await rederiveDaily({ ...deps, clock })).toMatchObject({ moved: 1 });
  expect((await second.reload()).startsAt).toEqual(rightStart(second));
});
