import { load } from 'cheerio';
import type Koa from 'koa';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import request, { type Response } from 'supertest';
import { createApp } from '../../src/app';
import { personalUrlPlace } from '../../src/commands/makePersonalLinks';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { ZoomAuditLog } from '../../src/models/ZoomAuditLog';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildPass } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';
import { testConfig } from './config';
import { createTestDatabase } from './database';
import { RecordingTemporal } from './recordingTemporal';

export const JOIN_APP_URL = 'http://127.0.0.1:3000';
export const OWN_LINK = 'https://us05web.zoom.us/w/97763643886?tk=personal.link';
export const UNKNOWN_TOKEN = 'a'.repeat(64);

export interface Link {
  readonly classDate: ClassDate;
  readonly pass: ZoomSecureToken;
  readonly token: string;
  readonly url: string;
}

export type JoinBrowser = ReturnType<typeof request.agent>;

/** The doors of classes on a real database and a real port. */
export interface JoinSite {
  readonly deps: Deps;
  readonly port: number;
  readonly temporal: RecordingTemporal;
  readonly logged: readonly string[];
  /** An application remembers the addresses it has limited; each test starts with one that knows none. */
  restart(): Promise<void>;
  newBrowser(): JoinBrowser;
  buildLink(fields?: Parameters<typeof buildClassDate>[0], room?: boolean): Promise<Link>;
  /** The actions of the audit log, oldest first. */
  audited(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startJoinSite(appUrl = JOIN_APP_URL): Promise<JoinSite> {
  const database = await createTestDatabase();
  const logged: string[] = [];
  const config = testConfig({
    APP_URL: appUrl,
    DATABASE_URL: database.url,
    ZOOM_ALLOWED_HOSTS: 'zoom.us,*.zoom.us',
  });
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const temporal = new RecordingTemporal();
  const deps: Deps = { ...createDeps(config), logger, temporal };
  let handle: ReturnType<Koa['callback']> = createApp(deps).callback();
  const server: Server = createServer((incoming, response) => void handle(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    deps,
    port: (server.address() as AddressInfo).port,
    temporal,
    logged,
    restart: async () => {
      handle = createApp(deps).callback();
      await deps.db.query('DELETE FROM rate_limits');
    },
    newBrowser: () => request.agent(server),
    buildLink: (fields, room) => buildLink(deps, fields, room),
    audited: async () => (await ZoomAuditLog.findAll({ order: ['id'] })).map(({ action }) => action),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await closeDeps(deps);
      await database.drop();
    },
  };
}

async function buildLink(deps: Deps, fields: Parameters<typeof buildClassDate>[0] = {}, room = true): Promise<Link> {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 10), ...fields });
  const student = await buildUser('student', { timeZone: 'America/New_York' });
  const { pass, token } = await buildPass(deps.signingKeys, classDate, { userId: student.id, email: student.email });
  if (room) {
    const meeting = await buildMeeting(deps.encryption, classDate);
    const personalUrlEncrypted = deps.encryption.encrypt(OWN_LINK, personalUrlPlace(pass.id));
    await pass.update({ linkMeetingId: meeting.id, linkQuality: 'registrant', personalUrlEncrypted });
  }
  return { classDate, pass, token, url: `/join/class/${classDate.id}?token=${token}` };
}

/** Presses the button of a page, as a browser does. */
export async function press(
  browser: JoinBrowser,
  page: Response,
  headers: Record<string, string> = { Origin: JOIN_APP_URL },
): Promise<Response> {
  const $ = load(page.text);
  const fields = $('form input[type=hidden]')
    .get()
    .map(({ attribs }) => [attribs['name'] ?? '', attribs['value'] ?? '']);
  return browser
    .post($('form').attr('action') ?? '')
    .set(headers)
    .type('form')
    .send(Object.fromEntries(fields) as Record<string, string>);
}

export async function visitAndPress(browser: JoinBrowser, url: string): Promise<Response> {
  return press(browser, await browser.get(url));
}
