import { lookAtIncident } from '../../../src/commands/lookAtIncident';
import { openIncident } from '../../../src/commands/openIncident';
import { addMinutes } from '../../../src/domain/clock';
import { Incident } from '../../../src/models/Incident';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const NOW = new Date();
const TROUBLE = { cause: 'sweep_acted' } as const;

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

describe('trouble that comes back within the quiet minutes', () => {
  it('is told to whoever was not told of it before, and to nobody twice', async () => {
    const [untold, told, repeated] = [await buildUser('admin'), await buildUser('admin'), await buildUser('admin')];
    await openIncident(site.deps, TROUBLE, null);
    const incident = await Incident.findOne({ where: TROUBLE, rejectOnEmpty: true });
    await lookAtIncident(incident.id, addMinutes(NOW, 1));
    const rowTo = ({ id: userId }: { id: number }) =>
      MailDelivery.findOne({ where: { incidentId: incident.id, userId }, rejectOnEmpty: true });
    await (await rowTo(told)).update({ state: 'sent', sentAt: NOW });
    // It may have gone out, and waits to be repeated.
    await (await rowTo(repeated)).update({ resent: true });
    await (await rowTo(untold)).update({ attempts: 1, nextAttemptAt: addMinutes(NOW, 5), lastError: 'asked to wait' });
    await incident.update({ closedAt: addMinutes(NOW, 2) });
    await lookAtIncident(incident.id, addMinutes(NOW, 2));
    expect((await rowTo(untold)).state).toBe('skipped');
    await openIncident(site.deps, TROUBLE, null);
    expect((await incident.reload()).closedAt).toBeNull();
    await lookAtIncident(incident.id, addMinutes(NOW, 4));
    const queued = { state: 'queued', attempts: 0, nextAttemptAt: addMinutes(NOW, 4), lastError: null };
    expect(await rowTo(untold)).toMatchObject(queued);
    expect((await rowTo(told)).state).toBe('sent');
    expect((await rowTo(repeated)).state).toBe('skipped');
  });
});
