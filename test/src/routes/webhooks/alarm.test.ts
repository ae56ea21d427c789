import { probeIncident } from '../../../../src/commands/probeIncident';
import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { planIncident } from '../../../../src/domain/incidents';
import { Incident } from '../../../../src/models/Incident';
import { paths } from '../../../../src/routes/paths';
import { parse, signedInBrowser } from '../../../support/browser';
import { eventually } from '../../../support/eventually';
import { startWebsite, type Website } from '../../../support/website';
import { eventText, sendWebhook, signed } from '../../../support/webhookSender';

const CAUSE = 'webhook_secret';
const MINUTE_MS = 60_000;

let website: Website;

beforeAll(async () => {
  website = await startWebsite();
  await saveFirstZoomSettings(website.deps);
});

afterAll(() => website.close());

beforeEach(async () => {
  await website.restart();
  await website.deps.db.query('DELETE FROM workflow_outbox');
  await Incident.destroy({ where: {} });
  website.temporal.hints.splice(0);
});

const open = () => Incident.findOne({ where: { cause: CAUSE, closedAt: null } });
const hear = () => sendWebhook(website.port, eventText());
const rubbish = () => sendWebhook(website.port, 'x', []);

async function wrongSecret(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const body = eventText();
    expect((await sendWebhook(website.port, body, signed(body, { secret: 'the former secret' }))).status).toBe(401);
  }
}

async function openIt(): Promise<Incident> {
  await wrongSecret(5);
  const incident = await open();
  if (!incident) throw new Error('Five wrong signatures are enough.');
  return incident;
}

describe('trouble with signatures', () => {
  it('is opened by the fifth delivery that is signed with another secret, once, and said in words', async () => {
    await wrongSecret(4);
    expect(await open()).toBeNull();
    await wrongSecret(20);
    const incident = await open();
    expect(incident?.occurrences).toBe(1);
    expect(website.temporal.hints).toEqual([`incident ${incident?.id}: incident opened`]);
    const { browser } = await signedInBrowser(website, 'admin');
    const text = parse(await browser.get(paths.incident(incident?.id ?? 0)))('main').text();
    expect(text).toContain('Webhooks come with wrong signatures, and none with a right one');
    expect(text).toContain('Copy “Secret Token” from the Zoom app into the Zoom settings again');
  });

  it('is not what a scanner makes, and is what a flood makes', async () => {
    await Promise.all(Array.from({ length: 59 }, rubbish));
    expect(await open()).toBeNull();
    await rubbish();
    expect(await open()).not.toBeNull();
  });

  it('is over as soon as a good signature comes', async () => {
    const incident = await openIt();
    expect((await hear()).status).toBe(200);
    await eventually('it is closed', async () => (await incident.reload()).closedAt !== null);
    await eventually('its workflow hears', () =>
      website.temporal.hints.includes(`incident ${incident.id}: incident closed`),
    );
  });

  it('is over by a validation as well', async () => {
    const incident = await openIt();
    const body = JSON.stringify({
      event: 'endpoint.url_validation',
      payload: { plainToken: 'qgg8vlvZRS6UYooatFL8Aw' },
    });
    expect((await sendWebhook(website.port, body)).status).toBe(200);
    await eventually('it is closed', async () => (await incident.reload()).closedAt !== null);
  });

  it('is looked at by its workflow, too, in case nobody could close it then', async () => {
    const incident = await openIt();
    expect(await probeIncident(website.deps, { incidentId: incident.id })).toBe('open');
    await hear();
    await eventually('it is closed', async () => (await incident.reload()).closedAt !== null);
    await incident.update({ closedAt: null });
    expect(await probeIncident(website.deps, { incidentId: incident.id })).toBe('closed');
  });

  it('is told only after five minutes without a good one', () => {
    const openedAt = new Date('2026-12-01T10:00:00Z');
    const mailsAfter = (minutes: number) =>
      planIncident(
        { cause: CAUSE, openedAt, lastSeenAt: openedAt, closedAt: null, startsSoon: [], teacherToldAt: null },
        new Date(openedAt.getTime() + minutes * MINUTE_MS),
      ).mails;
    expect(mailsAfter(4)).toEqual([]);
    expect(mailsAfter(5)).toEqual([{ kind: 'incident_opened', version: 1 }]);
  });
});
