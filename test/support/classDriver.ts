import { askZoom } from '../../src/commands/askZoom';
import { cancelRegistrants } from '../../src/commands/cancelRegistrants';
import { closeClass } from '../../src/commands/closeClass';
import { lookAtClass, type ClassLook } from '../../src/commands/lookAtClass';
import { lookAtOverrun } from '../../src/commands/lookAtOverrun';
import { lookAtRoom } from '../../src/commands/lookAtRoom';
import { makeMeeting } from '../../src/commands/makeMeeting';
import { makePersonalLinks } from '../../src/commands/makePersonalLinks';
import { rehearse } from '../../src/commands/rehearse';
import { removeMeetings } from '../../src/commands/removeMeetings';
import { resolveAttempts } from '../../src/commands/resolveAttempts';
import { saveFirstZoomSettings } from '../../src/commands/saveFirstZoomSettings';
import { sendDueMails } from '../../src/commands/sendDueMails';
import { settleClass } from '../../src/commands/settleClass';
import { updateMeeting } from '../../src/commands/updateMeeting';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { startMailbox, type Mailbox } from '../../src/dev/mailbox/server';
import { startZoomSimulator, type ZoomSimulator } from '../../src/dev/zoom/server';
import type { Step } from '../../src/domain/classPlan';
import { testConfig } from './config';
import { createTestDatabase } from './database';
import { forbidSecondConnections } from './oneConnection';
import { RecordingTemporal } from './recordingTemporal';
import { UNLIMITED_A_SECOND } from './unlimitedZoom';

/**
 * A class on real parts but for Temporal: a test takes the steps that the workflow would, one by one, by a clock of its
 * own, and may do between them, or beside them, whatever it likes.
 */
export interface DrivenClasses {
  readonly deps: Deps;
  readonly zoom: ZoomSimulator;
  readonly mailbox: Mailbox;
  readonly temporal: RecordingTemporal;
  now(): Date;
  pass(seconds: number): void;
  /** One look and everything it asks for; null when it asks for nothing. */
  step(classDateId: number): Promise<ClassLook | null>;
  /** Until nothing is to be done at this instant. */
  settle(classDateId: number): Promise<void>;
  close(): Promise<void>;
}

const APP = { clientId: 'test-client', clientSecret: 'test-client-secret', webhookSecret: 'test-webhook-secret' };
const APP_URL = 'http://127.0.0.1:9';
const STEPS_MAX = 50;

/** @param appUrl where links lead to, and Zoom's word comes back to */
export async function startDrivenClasses(appUrl = APP_URL): Promise<DrivenClasses> {
  const [database, mailbox, zoom] = await Promise.all([
    createTestDatabase(),
    startMailbox(),
    startZoomSimulator({
      ...{ seed: 7, behaviour: UNLIMITED_A_SECOND },
      app: { ...APP, redirectUris: [`${appUrl}/teacher/zoom/callback`] },
    }),
  ]);
  const temporal = new RecordingTemporal();
  const settings = { APP_URL: appUrl, DATABASE_URL: database.url, SMTP_PORT: String(mailbox.smtpPort) };
  const config = testConfig({ ...settings, ZOOM_OAUTH_URL: zoom.url, ZOOM_API_URL: `${zoom.url}/v2` });
  const deps: Deps = { ...createDeps(config), temporal };
  forbidSecondConnections(deps.db);
  await saveFirstZoomSettings(deps);
  let aheadMs = 0;
  deps.clock.now = () => new Date(Date.now() + aheadMs);
  const step = (classDateId: number) => takeStep(deps, classDateId);
  return {
    ...{ deps, zoom, mailbox, temporal, step },
    now: () => deps.clock.now(),
    pass: (seconds) => void (aheadMs += seconds * 1000),
    settle: async (classDateId) => {
      for (let count = 0; await step(classDateId); count += 1) {
        if (count > STEPS_MAX) throw new Error('The class asks for the same steps for ever.');
      }
    },
    close: async () => {
      await closeDeps(deps);
      await Promise.all([zoom.close(), mailbox.close()]);
      await database.drop();
    },
  };
}

type Command = (deps: Deps, input: { classDateId: number; now: Date }) => Promise<unknown>;

const COMMANDS: Readonly<Record<Step, Command>> = {
  ...{ makeMeeting, resolveAttempts, updateMeeting, removeMeetings, cancelRegistrants, makePersonalLinks },
  ...{ lookAtRoom, askZoom, lookAtOverrun, closeClass, settleClass, rehearse },
  sendMails: (deps, { classDateId, now }) =>
    sendDueMails(deps, { about: { classDateId }, now, heartbeat: () => undefined }),
};

async function takeStep(deps: Deps, classDateId: number): Promise<ClassLook | null> {
  const input = { classDateId, now: deps.clock.now() };
  const look = await lookAtClass(deps, input);
  if (!look || look.steps.length === 0) return null;
  await Promise.all(look.steps.map((one) => COMMANDS[one](deps, { classDateId, now: deps.clock.now() })));
  return look;
}
