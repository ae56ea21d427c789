import { load } from 'cheerio';
import { paths } from '../../src/routes/paths';
import { buildUser } from '../factories/people';
import { PASSWORD, passwordHash } from './browser';
import type { ProcessStack } from './processStack';

/** An admin signed in at a web process; the session is good at every other one, since it stands in MySQL. */
export interface FormSession {
  submit(port: number, path: string, fields: Readonly<Record<string, string>>): Promise<Response>;
}

export async function signInByForm(stack: ProcessStack, port: number): Promise<FormSession> {
  const admin = await buildUser('admin', { passwordHash: await passwordHash() });
  const jar = new Map<string, string>();
  const call = async (at: number, path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`http://127.0.0.1:${at}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie, origin: stack.deps.config.appUrl, 'sec-fetch-site': 'same-origin' },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = set.split(';')[0]?.split(/=(.*)/s) ?? [];
      jar.set(name, value);
    }
    return answer;
  };
  let token = '';
  const submit: FormSession['submit'] = (at, path, fields) =>
    call(at, path, { method: 'POST', body: new URLSearchParams({ ...fields, _csrf: token }) });
  const readToken = async () => {
    const page = load(await (await call(port, paths.login)).text());
    token = page('input[name=_csrf]').first().attr('value') ?? '';
  };
  await readToken();
  const answer = await submit(port, paths.login, { email: admin.email, password: PASSWORD });
  if (answer.status !== 303) throw new Error(`Signing in was answered ${answer.status}.`);
  await readToken();
  return { submit };
}
