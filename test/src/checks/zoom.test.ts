import type { Check } from '../../../src/checks/check';
import { checkZoom } from '../../../src/checks/zoom';
import { ZoomSetting } from '../../../src/models/ZoomSetting';
import { settingPlace } from '../../../src/queries/findZoomSettings';
import { buildWebhookEvent, startedEvent, unreadableEvent } from '../../factories/webhookEvents';
import { buildConnectedTeacher } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

let site: ZoomSite;

beforeAll(async () => {
  site = await startZoomSite();
});

afterAll(() => site.close());

const find = async (wanted: string) => (await checkZoom(site.deps)).find(({ name }) => name === wanted);
const save = (columns: Partial<ReturnType<ZoomSetting['get']>>) => ZoomSetting.update(columns, { where: {} });
const verdicts = (checks: readonly Check[]) =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict] as const));

/** Has something saved that is wrong, looks, and saves what was there again. */
async function findWith(columns: Partial<ReturnType<ZoomSetting['get']>>, wanted: string) {
  const before = await ZoomSetting.findOne({ rejectOnEmpty: true, raw: true });
  await save(columns);
  const found = await find(wanted);
  await save(before);
  return found;
}

it('passes with an app that Zoom knows, once a teacher and Zoom have proven the rest', async () => {
  expect(verdicts(await checkZoom(site.deps))).toMatchObject({ 'zoom scopes': 'unknown', 'zoom webhook': 'unknown' });
  await buildConnectedTeacher(site.deps, site.zoom);
  await buildWebhookEvent(startedEvent('90000000001'), { state: 'processed' });
  const checks = await checkZoom(site.deps);
  expect(verdicts(checks)).toEqual({
    ...{ 'zoom credentials': 'passed', 'zoom clock': 'passed', 'zoom redirect': 'passed', 'zoom api': 'passed' },
    ...{ 'zoom scopes': 'passed', 'zoom webhook': 'passed', 'webhook inbox': 'passed' },
  });
  expect(checks.filter(({ remedy }) => remedy !== null)).toEqual([]);
});

it('fails where the app’s id and secret are not saved', async () => {
  const found = await findWith({ clientSecretEncrypted: null }, 'zoom credentials');
  expect(found).toMatchObject({
    verdict: 'failed',
    why: expect.stringContaining('are not saved') as string,
    remedy: expect.stringContaining('/admin/zoom/settings') as string,
  });
});

it('fails with a secret that Zoom does not know', async () => {
  const wrong = site.deps.encryption.encrypt('wrong-secret', settingPlace('client_secret_encrypted'));
  expect(await findWith({ clientSecretEncrypted: wrong }, 'zoom credentials')).toMatchObject({
    verdict: 'failed',
    remedy: expect.stringContaining('Copy client id and secret again') as string,
  });
});

it.each([
  ['that Zoom does not know', 'https://classes.example.com/teacher/zoom/callback'],
  ['by another name of this machine', 'http://localhost:3000/teacher/zoom/callback'],
])('fails with a redirect address %s', async (_which, redirectUri) => {
  expect(await findWith({ redirectUri }, 'zoom redirect')).toMatchObject({
    verdict: 'failed',
    remedy: expect.stringContaining('/teacher/zoom/callback') as string,
  });
});

it('fails where something else than Zoom’s API answers, and without a webhook secret', async () => {
  expect(await findWith({ baseUrl: `${site.zoom.url}/elsewhere` }, 'zoom api')).toMatchObject({
    verdict: 'failed',
    remedy: expect.stringContaining('Check the API address') as string,
  });
  expect(await findWith({ webhookSecretEncrypted: null }, 'zoom webhook')).toMatchObject({
    verdict: 'failed',
    remedy: expect.stringContaining('Secret Token') as string,
  });
});

it('fails where the clocks are apart', async () => {
  site.zoom.control.setBehaviour({ clockAheadSeconds: 400 });
  const found = await find('zoom clock');
  site.zoom.control.setBehaviour({ clockAheadSeconds: 0 });
  expect(found).toMatchObject({ verdict: 'failed', remedy: expect.stringContaining('NTP') as string });
});

it('warns of an event that could not be understood', async () => {
  const event = await buildWebhookEvent(unreadableEvent('90000000001'), { state: 'failed', lastError: 'A fault.' });
  expect(await find('webhook inbox')).toMatchObject({
    verdict: 'warning',
    why: `The last: meeting.participant_joined at ${event.createdAt.toISOString()}. Refused: none. Not understood: 1.`,
    remedy: expect.stringContaining('webhooks replay') as string,
  });
});
