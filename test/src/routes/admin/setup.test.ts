import { checkProxies } from '../../../../src/checks/proxies';
import type { Mailbox } from '../../../../src/dev/mailbox/server';
import { paths } from '../../../../src/routes/paths';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startMailedWebsite } from '../../../support/mailedWebsite';
import type { Website } from '../../../support/website';

let website: Website;
let mailbox: Mailbox;
let close: () => Promise<void>;
let browser: Browser;
let email: string;

beforeAll(async () => {
  ({ website, mailbox, close } = await startMailedWebsite());
  const admin = await signedInBrowser(website, 'admin');
  browser = admin.browser;
  email = admin.user.email;
});

afterAll(() => close());

it('names every weak setting, how to make keys, and shows no value', async () => {
  const page = await browser.get(paths.setup);
  const text = parse(page)('main').text();
  expect(text).toContain('Setting ENCRYPTION_KEYS');
  expect(text).toContain('Setting SUPPORT_EMAIL');
  expect(text).toContain('npm run cli -- keys new');
  expect(text).not.toContain(Buffer.alloc(32, 7).toString('base64'));
  expect(text).not.toContain(new URL(website.deps.config.database.url).password);
});

it('looks at everything at a press, the worst first', async () => {
  const page = await browser.submit(paths.setup);
  expect(page.status).toBe(200);
  const rows = parse(page)('main ul.rows li');
  const words = rows.map((_, row) => parse(page)(row).find('.tag').text()).get();
  expect(words.indexOf('failed')).toBe(0);
  expect(words.lastIndexOf('failed')).toBeLessThan(words.indexOf('well'));
  const text = rows.text();
  for (const title of ['Database', 'Migrations', 'Temporal', 'Mail server', 'Zoom app', 'Public address', 'Clock']) {
    expect(text).toContain(title);
  }
});

it('sends a mail to oneself, and to nobody else', async () => {
  const answer = await browser.submit(paths.setupMail, { to: 'somebody-else@example.test' });
  expect(answer.headers['location']).toBe(paths.setup);
  expect((await browser.get(paths.setup)).text).toContain('has taken it');
  expect(mailbox.messages().map(({ to }) => String(to))).toEqual([email]);
});

it.each([
  ['no proxy, none trusted', 0, 0, 'passed'],
  ['one proxy, one trusted', 1, 1, 'passed'],
  ['an address of the client’s own before the proxy’s', 2, 1, 'passed'],
  ['a proxy that is not trusted', 1, 0, 'failed'],
  ['more trusted than there are', 1, 2, 'failed'],
] as const)('judges %s', (_what, forwarded, hops, verdict) => {
  const [found] = checkProxies({ forwarded, forwardedProto: 'https' }, hops, 'https://live.example.org');
  expect(found?.verdict).toBe(verdict);
});

it('says that the proxy passes on without TLS', () => {
  const found = checkProxies({ forwarded: 1, forwardedProto: 'http' }, 1, 'https://live.example.org');
  expect(found.map(({ verdict }) => verdict)).toEqual(['passed', 'warning']);
});
