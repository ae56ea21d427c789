import { randomBytes } from 'node:crypto';
import { interpretWebhookEvent } from '../../../src/commands/interpretWebhookEvent';
import type { User } from '../../../src/models/User';
import { WebhookEvent } from '../../../src/models/WebhookEvent';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { paths } from '../../../src/routes/paths';
import { signedInBrowser, type Browser } from '../../support/browser';
import { eventually } from '../../support/eventually';
import { receiveEvent } from '../../support/receiveEvent';
import { ADA, connect, connectionOf, startConsentSite, type ConsentSite } from '../../support/zoomConsent';

let site: ConsentSite;
let browser: Browser;
let teacher: User;

beforeAll(async () => {
  site = await startConsentSite();
  site.zoom.control.setWebhookUrl(`http://127.0.0.1:${site.website.port}${paths.webhook}`);
});

afterAll(() => site.close());

beforeEach(async () => {
  await ZoomConnection.destroy({ where: {} });
  await WebhookEvent.destroy({ where: {} });
  await ZoomAuditLog.destroy({ where: {} });
  ({ browser, user: teacher } = await signedInBrowser(site.website, 'teacher'));
  expect(await connect(browser)).toContain('Zoom is connected');
});

const FORGOTTEN = {
  zoomUserId: null,
  zoomAccountId: null,
  zoomEmail: null,
  zoomName: null,
  scopes: null,
  accessTokenEncrypted: null,
  refreshTokenEncrypted: null,
  previousRefreshTokenEncrypted: null,
};

const deauthorizations = () => ZoomAuditLog.count({ where: { action: 'oauth_deauthorized' } });

/** The teacher removes the app at Zoom, and Zoom's signed word of it is carried out. */
async function removeAppAtZoom(): Promise<WebhookEvent> {
  site.zoom.control.deauthorize(ADA);
  return eventually('the event is carried out', async () => {
    const row = await WebhookEvent.findOne({ where: { event: 'app_deauthorized' }, order: [['id', 'DESC']] });
    return row && row.state !== 'received' ? row : undefined;
  });
}

/** The same event as Zoom may send it at that instant, past the door. */
async function tell(payload: object, eventAt: Date): Promise<WebhookEvent> {
  const nonce = randomBytes(4).toString('hex');
  const body = { event: 'app_deauthorized', event_ts: eventAt.getTime(), payload: { ...payload, nonce } };
  const id = (await receiveEvent(site.deps, JSON.stringify(body))) ?? 0;
  await interpretWebhookEvent(site.deps, id);
  return WebhookEvent.findByPk(id, { rejectOnEmpty: true });
}

async function zoomUserId(): Promise<string> {
  return (await connectionOf(teacher.id))?.zoomUserId ?? '';
}

it('forgets the account, says so on the page, and keeps nothing about the person in the event', async () => {
  const id = await zoomUserId();
  expect(id).toHaveLength(22);
  const row = await removeAppAtZoom();
  expect(await connectionOf(teacher.id)).toMatchObject({
    ...FORGOTTEN,
    state: 'needs_reconnect',
    stateReason: 'app_deauthorized',
  });
  expect(row).toMatchObject({ state: 'processed', body: '{"event":"app_deauthorized"}' });
  expect(JSON.stringify(await WebhookEvent.findAll())).not.toContain(id);
  const audit = await ZoomAuditLog.findOne({ where: { action: 'oauth_deauthorized' }, rejectOnEmpty: true });
  expect(audit).toMatchObject({ entityType: 'user', entityId: teacher.id, userId: null });
  expect((await browser.get(paths.zoom)).text).toContain('was removed from your Zoom account');
});

it('connecting again works afterwards, and word of the removal that comes again does not undo it', async () => {
  const id = await zoomUserId();
  const removedAt = new Date();
  await removeAppAtZoom();
  expect(await connect(browser)).toContain('Zoom is connected');
  const late = await tell({ user_id: id }, removedAt);
  expect(late).toMatchObject({ state: 'unmatched', body: '{"event":"app_deauthorized"}' });
  expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected', zoomUserId: id, stateReason: null });
  expect(await deauthorizations()).toBe(1);
});

it('twice is once', async () => {
  const id = await zoomUserId();
  const now = new Date(Date.now() + 1_000);
  expect((await tell({ user_id: id }, now)).state).toBe('processed');
  const before = JSON.stringify(await connectionOf(teacher.id));
  expect((await tell({ user_id: id }, now)).state).toBe('unmatched');
  expect(JSON.stringify(await connectionOf(teacher.id))).toBe(before);
  expect(await deauthorizations()).toBe(1);
});

it('takes a connection that had died already, too: what is known of the account goes', async () => {
  const id = await zoomUserId();
  await ZoomConnection.update({ state: 'needs_reconnect', stateReason: 'revoked' }, { where: { userId: teacher.id } });
  await tell({ user_id: id }, new Date(Date.now() + 1_000));
  expect(await connectionOf(teacher.id)).toMatchObject({ ...FORGOTTEN, stateReason: 'app_deauthorized' });
});

it.each([
  ['somebody unknown', { user_id: 'z9jkdsfsdfjhdkfjQ', account_id: 'EabCDEFghiLHMA' }, 'unmatched'],
  ['nobody', { account_id: 'EabCDEFghiLHMA', signature: '827edc3000' }, 'failed'],
  ['what is no id', { user_id: { $ne: null } }, 'failed'],
])('word about %s changes nothing, and nothing of it is kept', async (_case, payload, state) => {
  const row = await tell(payload, new Date(Date.now() + 1_000));
  expect(row.state).toBe(state);
  for (const value of ['z9jkdsfsdfjhdkfjQ', 'EabCDEFghiLHMA', '827edc3000']) expect(row.body).not.toContain(value);
  expect(await connectionOf(teacher.id)).toMatchObject({ state: 'connected' });
  expect(await deauthorizations()).toBe(0);
});
