import { saveFirstZoomSettings } from '../../../../src/commands/saveFirstZoomSettings';
import { WebhookEvent } from '../../../../src/models/WebhookEvent';
import { ZoomSetting } from '../../../../src/models/ZoomSetting';
import { SETTINGS_ID } from '../../../../src/queries/findZoomSettings';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { Browser, parse, signedInBrowser } from '../../../support/browser';
import { eventually } from '../../../support/eventually';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;

afterEach(() => website.close());

describe('in development', () => {
  beforeEach(async () => {
    website = await startWebsite({ NODE_ENV: 'development' });
    await saveFirstZoomSettings(website.deps);
  });

  it('goes the whole way of an event of Zoom’s', async () => {
    const { browser } = await signedInBrowser(website, 'admin');
    const classDate = await buildClassDate({ state: 'ready' });
    const meeting = await buildMeeting(website.deps.encryption, classDate);
    expect(parse(await browser.get(paths.webhooks))('main').text()).toContain('Send a test event');
    const fields = { event: 'meeting.started', meetingId: meeting.meetingId ?? '' };
    expect((await browser.submit(paths.webhookTest, fields)).status).toBe(303);
    await eventually('it is interpreted', () => WebhookEvent.findOne({ where: { state: 'processed' } }));
    expect((await classDate.reload()).state).toBe('live');
    expect(parse(await browser.get(paths.webhooks))('[role=status]').text()).toContain('answered with 200');
  });

  it.each(['meeting.ended', 'meeting.participant_joined', 'meeting.participant_left'])(
    'makes a %s as Zoom does',
    async (event) => {
      const { browser } = await signedInBrowser(website, 'admin');
      const meeting = await buildMeeting(website.deps.encryption, await buildClassDate({ state: 'live' }));
      const fields = { event, meetingId: meeting.meetingId ?? '' };
      const answer = await browser.submit(paths.webhookTest, fields, { Accept: 'application/json' });
      expect(answer.body).toEqual({ sent: event, answered: 200 });
      await eventually('it is interpreted', () => WebhookEvent.findOne({ where: { state: 'processed' } }));
    },
  );

  it('is for admins with a form of ours only', async () => {
    const { browser: teacher } = await signedInBrowser(website, 'teacher');
    const { browser: admin } = await signedInBrowser(website, 'admin');
    expect((await teacher.submit(paths.webhookTest)).status).toBe(403);
    expect((await new Browser(website).submit(paths.webhookTest)).status).toBe(303);
    expect((await admin.submitText(paths.webhookTest, 'event=meeting.started')).status).toBe(403);
    expect((await admin.submit(paths.webhookTest, { event: 'meeting.deleted' })).status).toBe(422);
    await ZoomSetting.update({ webhookSecretEncrypted: null }, { where: { id: SETTINGS_ID } });
    expect((await admin.submit(paths.webhookTest)).status).toBe(409);
    expect(await WebhookEvent.count()).toBe(0);
  });
});

it.each(['test', 'production'])('is not there in %s, whoever asks', async (environment) => {
  website = await startWebsite({ NODE_ENV: environment, APP_URL: 'https://live.example.test' });
  const asked = await new Browser(website).submitText(paths.webhookTest, 'event=meeting.started');
  expect(asked.status).toBe(404);
});
