import { AppError } from '../../../src/errors';
import { saveFirstZoomSettings } from '../../../src/commands/saveFirstZoomSettings';
import { User } from '../../../src/models/User';
import { createLogger } from '../../../src/observability/logger';
import { ZoomRefused } from '../../../src/zoom/errors';
import { buildUser } from '../../factories/people';
import { eventText, sendWebhook } from '../../support/webhookSender';
import { startWebsite, type Website } from '../../support/website';

const NAME = 'Philippa Quillfeather';
const ADDRESS = 'philippa.quillfeather@example.test';

interface Line {
  readonly msg: string;
  readonly requestId?: string;
  readonly err: Readonly<Record<string, unknown>>;
}

const websiteLog: string[] = [];
let website: Website;

beforeAll(async () => {
  const logger = createLogger('trace', { write: (line) => void websiteLog.push(line) });
  website = await startWebsite({}, { logger });
  await saveFirstZoomSettings(website.deps);
});

afterAll(() => website.close());

/** What an error becomes under both names it may be logged by. */
function logged(error: unknown): { readonly text: string; readonly err: Line['err'] } {
  const lines: string[] = [];
  const logger = createLogger('info', { write: (line) => void lines.push(line) });
  logger.error({ err: error, error }, 'failed');
  const text = lines.join('');
  return { text, err: (JSON.parse(text) as Line).err };
}

/** What an act throws. */
async function thrownBy(act: () => unknown): Promise<unknown> {
  try {
    await act();
  } catch (error) {
    return error;
  }
  throw new Error('It throws nothing.');
}

it('keeps the kind, the number and the place of what the database refuses, and nothing that it quotes', async () => {
  const user = await buildUser('student', { email: ADDRESS });
  const { db } = website.deps;
  const syntax = await thrownBy(() =>
    db.query('SELECT * FROM nowhere WHERE a = ? OR b = ?', { replacements: [NAME, ADDRESS] }),
  );
  expect(logged(syntax).err).toEqual({
    type: 'SequelizeDatabaseError',
    code: 'ER_NO_SUCH_TABLE',
    errno: 1146,
    stack: expect.stringMatching(/^\s+at /) as string,
  });
  const taken = await thrownBy(() => User.create({ ...user.get(), id: user.id + 1 }));
  expect(logged(taken).err).toMatchObject({
    type: 'SequelizeUniqueConstraintError',
    code: 'ER_DUP_ENTRY',
    errno: 1062,
  });
  for (const error of [syntax, taken]) expect(logged(error).text).not.toMatch(/quillfeather/i);
});

it('keeps nothing of what a web page’s request or a delivery of Zoom was to write', async () => {
  const { db } = website.deps;
  await db.query('ALTER TABLE webhook_events RENAME TO webhook_events_gone');
  try {
    const body = eventText('meeting.participant_joined', { participant: { user_name: NAME, email: ADDRESS } });
    expect((await sendWebhook(website.port, body)).status).toBe(500);
  } finally {
    await db.query('ALTER TABLE webhook_events_gone RENAME TO webhook_events');
  }
  const find = (wanted: string) =>
    websiteLog.map((line) => JSON.parse(line) as Line).findLast(({ msg }) => msg === wanted);
  expect(find('request failed')?.err).toMatchObject({ type: 'SequelizeDatabaseError', errno: 1146 });
  expect(websiteLog.join('')).not.toMatch(/quillfeather|INSERT/i);
  // By it the fault is found to what was asked.
  const { requestId } = find('request') ?? {};
  expect([requestId, find('request failed')?.requestId]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), requestId]);
});

it.each([
  [
    'a mail server’s',
    () => Promise.reject(Object.assign(new Error(`<${ADDRESS}>: refused`), { response: `550 ${ADDRESS}` })),
  ],
  ['a parser’s', () => JSON.parse(`${ADDRESS}`) as unknown],
  ['an address’s', () => new URL(`//${ADDRESS}`)],
  ['a call’s', () => fetch(`nowhere://${ADDRESS}`)],
])('quotes nothing of %s', async (_whose, act) => {
  const { text, err } = logged(await thrownBy(act));
  expect(text).not.toMatch(/quillfeather/i);
  expect(err['stack']).toMatch(/^\s+at /);
});

it('keeps the words of our own errors, and of what is nothing but a sentence', () => {
  const missing = new TypeError("Cannot read properties of undefined (reading 'id')");
  for (const error of [new ZoomRefused(400, 3001), new AppError(503, 'busy', 'Try again.'), missing]) {
    expect(logged(error).err).toMatchObject({ type: error.name, message: error.message });
  }
  expect(logged('a word').err).toBe('a word');
});
