import { load, type CheerioAPI } from 'cheerio';
import request, { type Response } from 'supertest';
import { buildUser } from '../factories/people';
import type { Role, User } from '../../src/models/User';
import { paths } from '../../src/routes/paths';
import { hashPassword } from '../../src/security/passwords';
import type { Website } from './website';

export const PASSWORD = 'correct horse battery staple';

type Fields = Readonly<Record<string, string>>;

/** A browser with cookies that fills in forms; each form carries the token of a page seen before. */
export class Browser {
  readonly agent: ReturnType<typeof request.agent>;

  constructor(private readonly website: Website) {
    this.agent = request.agent(website.server);
  }

  get(path: string): request.Test {
    return this.agent.get(path);
  }

  /** Sends a form with this session's token. */
  async submit(path: string, fields: Fields = {}, headers: Fields = {}): Promise<Response> {
    return this.submitText(path, new URLSearchParams({ ...fields, _csrf: await this.token() }).toString(), headers);
  }

  /** Sends a form as it stands, token or none. */
  async submitText(path: string, body: string, headers: Fields = {}): Promise<Response> {
    return this.agent
      .post(path)
      .set({ Origin: this.website.deps.config.appUrl, 'Sec-Fetch-Site': 'same-origin', ...headers })
      .type('form')
      .send(body);
  }

  /** The login page has a form for everybody, and so a token of the session. */
  async token(): Promise<string> {
    return tokenOn(await this.get(paths.login));
  }
}

/** A browser that somebody has signed in with, through the form. */
export async function signedInBrowser(website: Website, role: Role): Promise<{ browser: Browser; user: User }> {
  const user = await buildUser(role, { passwordHash: await passwordHash() });
  const browser = new Browser(website);
  const answer = await browser.submit(paths.login, { email: user.email, password: PASSWORD });
  if (answer.status !== 303) throw new Error(`Signing in was answered ${answer.status}: ${answer.text}`);
  return { browser, user };
}

export function tokenOn(page: Response): string {
  return parse(page)('input[name=_csrf]').first().attr('value') ?? '';
}

export function parse(page: Response): CheerioAPI {
  return load(page.text);
}

let hashed: Promise<string> | undefined;

/** Of PASSWORD; made once, hashing takes its time. */
export function passwordHash(): Promise<string> {
  hashed ??= hashPassword(PASSWORD);
  return hashed;
}
