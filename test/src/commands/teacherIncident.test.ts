import { lookAtIncident } from '../../../src/commands/lookAtIncident';
import { openIncident } from '../../../src/commands/openIncident';
import { probeIncident } from '../../../src/commands/probeIncident';
import { sendDueMails } from '../../../src/commands/sendDueMails';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import type { User } from '../../../src/models/User';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { DISABLED } from '../../../src/queries/loadMails';
import { buildClassDate, buildOrder } from '../../factories/classes';
import { buildUser } from '../../factories/people';
import { connectTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const HOUR_MINUTES = 60;

let site: ZoomSite;
let teacher: User;
let incident: Incident;

beforeAll(async () => {
  site = await startZoomSite();
  await buildUser('admin');
});

afterAll(() => site.close());

beforeEach(async () => {
  teacher = await buildUser('teacher');
  await openIncident(site.deps, { cause: 'teacher_connection', userId: teacher.id }, null);
  incident = await Incident.findOne({ where: { userId: teacher.id }, rejectOnEmpty: true });
});

afterEach(() => ZoomConnection.destroy({ where: {} }));

const hours = (count: number) => addMinutes(incident.openedAt, count * HOUR_MINUTES);
const probe = () => probeIncident(site.deps, { incidentId: incident.id });

async function classIn(count: number): Promise<ClassDate> {
  return buildClassDate({ order: await buildOrder({ teacherId: teacher.id }), startsAt: hours(count) });
}

function countMails(kind: 'connect_zoom' | 'incident_opened' | 'incident_closed'): Promise<number> {
  return MailDelivery.count({ where: { incidentId: incident.id, kind } });
}

/** When it is over and has stayed so, after its mails went out. */
async function closingMails(): Promise<number> {
  await lookAtIncident(incident.id, hours(0));
  await MailDelivery.update({ state: 'sent' }, { where: { incidentId: incident.id } });
  expect(await probe()).toBe('closed');
  await lookAtIncident(incident.id, addMinutes(new Date(), 6));
  expect((await incident.reload()).openKey).toBeNull();
  return countMails('incident_closed');
}

describe('a teacher without Zoom', () => {
  it('is reminded of each class that comes while nothing is done, and once of each instant', async () => {
    await classIn(26);
    await classIn(74);
    const mails: number[] = [];
    for (const hour of [0, 1, 2, 3, 24, 25, 49, 50, 51, 72, 73]) {
      await lookAtIncident(incident.id, hours(hour));
      await lookAtIncident(incident.id, addMinutes(hours(hour), 1));
      mails.push(await countMails('connect_zoom'));
    }
    expect(mails).toEqual([1, 1, 2, 2, 3, 3, 3, 4, 4, 5, 5]);
  });

  it('is no news to admins unless a class is to come', async () => {
    await lookAtIncident(incident.id, hours(0));
    expect(await countMails('incident_opened')).toBe(0);
    await classIn(24 * 30);
    await lookAtIncident(incident.id, hours(0));
    expect(await countMails('incident_opened')).toBe(1);
  });

  it('who is disabled is mailed once they are enabled, and reminded', async () => {
    await classIn(26);
    await lookAtIncident(incident.id, hours(0));
    // Between the planning of the mail and its sending.
    await teacher.update({ disabledAt: hours(0) });
    await sendDueMails(site.deps, { about: { incidentId: incident.id }, now: hours(0), heartbeat: () => undefined });
    const [mail] = await MailDelivery.findAll({ where: { incidentId: incident.id, kind: 'connect_zoom' } });
    expect(mail).toMatchObject({ state: 'skipped', lastError: DISABLED });
    await lookAtIncident(incident.id, hours(2));
    expect(await mail?.reload()).toMatchObject({ state: 'skipped' });
    expect(await countMails('connect_zoom')).toBe(1);

    await teacher.update({ disabledAt: null });
    await lookAtIncident(incident.id, hours(2));
    expect(await mail?.reload()).toMatchObject({ state: 'queued', lastError: null });
    await lookAtIncident(incident.id, addMinutes(hours(2), 1));
    expect(await countMails('connect_zoom')).toBe(1);
    await lookAtIncident(incident.id, hours(24));
    expect(await countMails('connect_zoom')).toBe(2);
  });

  it('is trouble while a class is to come, on whatever day and with whatever room', async () => {
    const classDate = await classIn(24 * 30);
    expect(await probe()).toBe('open');
    await classDate.update({ state: 'ready' });
    expect(await probe()).toBe('open');
  });

  it.each(['cancelled', 'missed', 'ended'] as const)('is none when the last class is %s', async (state) => {
    const classDate = await classIn(1);
    await classDate.update({ state, ...(state === 'ended' ? { endedAt: hours(2) } : {}) });
    expect(await closingMails()).toBe(0);
  });

  it('is none when somebody else gives the class', async () => {
    const classDate = await classIn(1);
    await classDate.update({ teacherId: (await buildUser('teacher')).id });
    expect(await closingMails()).toBe(0);
  });

  it('is well again, and admins are told, when they are connected', async () => {
    await classIn(1);
    await connectTeacher(site.deps, site.zoom, teacher.id, LICENSED_HOST);
    await incident.update({ closedAt: null });
    expect(await closingMails()).toBe(1);
  });
});
