import { load } from 'cheerio';
import request, { type Response } from 'supertest';
import { personalUrlPlace } from '../../src/commands/makePersonalLinks';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildPass } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';
import { startWebsite, type Website } from './website';

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

/** The website with links to the doors of its classes. */
export interface JoinSite extends Website {
  newBrowser(): JoinBrowser;
  buildLink(fields?: Parameters<typeof buildClassDate>[0], room?: boolean): Promise<Link>;
}

export async function startJoinSite(appUrl = JOIN_APP_URL): Promise<JoinSite> {
  const website = await startWebsite({ APP_URL: appUrl, ZOOM_ALLOWED_HOSTS: 'zoom.us,*.zoom.us' });
  return {
    ...website,
    newBrowser: () => request.agent(website.server),
    buildLink: (fields, room) => buildLink(website.deps, fields, room),
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
