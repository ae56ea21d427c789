import { refreshConnection } from '../../../src/commands/refreshConnection';
import { Incident } from '../../../src/models/Incident';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomSetting } from '../../../src/models/ZoomSetting';
import { SETTINGS_ID, settingPlace } from '../../../src/queries/findZoomSettings';
import { ZoomMisconfigured, ZoomNeedsReconnect, ZoomTokensLocked, ZoomUnreachable } from '../../../src/zoom/errors';
import { Encryption } from '../../../src/security/encryption';
import { freshToken } from '../../../src/zoom/freshToken';
import { buildConnectedTeacher, connectTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const GRACE = 'grace.hopper@teachers.example';
const HOUR_MS = 60 * 60_000;

let site: ZoomSite;
let userId: number;

beforeAll(async () => {
  site = await startZoomSite();
  userId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
});

afterAll(() => site.close());

beforeEach(async () => {
  site.zoom.control.clearFaults();
  await connectTeacher(site.deps, site.zoom, userId, LICENSED_HOST);
  await ZoomConnection.update({ leaseHolder: null, leaseUntil: null }, { where: { userId } });
});

const connection = () => ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
const tokens = () => site.zoom.control.tokensFor(LICENSED_HOST);
const refreshCalls = () => site.zoom.control.callCount('tokenRefresh');

/** The access token has a minute left: too little to be used if a new one is to be had. */
async function almostExpire(): Promise<void> {
  await ZoomConnection.update({ tokenExpiresAt: new Date(Date.now() + 60_000) }, { where: { userId } });
}

async function expire(): Promise<void> {
  await ZoomConnection.update({ tokenExpiresAt: new Date(Date.now() - 1_000) }, { where: { userId } });
}

it('hands out a token that lives long enough without asking Zoom', async () => {
  const before = refreshCalls();
  const { accessToken, apiUrl } = await freshToken(site.deps, userId);
  expect(accessToken).toBe(tokens()?.accessToken);
  expect(apiUrl).toBe(`${site.zoom.url}/v2`);
  expect(refreshCalls()).toBe(before);
});

it('refreshes once, however many want a token at the same time, and saves the pair before anybody uses it', async () => {
  await almostExpire();
  const { version } = await connection();
  const before = refreshCalls();
  const found = await Promise.all(Array.from({ length: 50 }, () => freshToken(site.deps, userId)));
  expect(refreshCalls() - before).toBe(1);
  expect(new Set(found.map(({ accessToken }) => accessToken))).toEqual(new Set([tokens()?.accessToken]));
  const saved = await connection();
  expect(saved).toMatchObject({ version: version + 1, state: 'connected', leaseHolder: null });
  expect(saved.tokenExpiresAt?.getTime()).toBeGreaterThan(Date.now() + 0.9 * HOUR_MS);
  expect(saved.previousRefreshTokenEncrypted).not.toBeNull();
});

it('refreshes a token that Zoom has refused, and only for the version that was refused', async () => {
  const { version } = await freshToken(site.deps, userId);
  const before = refreshCalls();
  const renewed = await freshToken(site.deps, userId, version);
  expect(renewed.version).toBe(version + 1);
  expect(await freshToken(site.deps, userId, version)).toMatchObject({ version: version + 1 });
  expect(refreshCalls() - before).toBe(1);
});

describe('a pair that Zoom has just rotated, and the database does not take', () => {
  const GONE = Object.assign(new Error('Connection lost: The server closed the connection.'), {
    code: 'PROTOCOL_CONNECTION_LOST',
  });
  /** The third time it works; the tokens are the only ones there are. */
  async function renewWith(failing: (update: () => Promise<[number]>) => Promise<[number]>) {
    await expire();
    const { version } = await connection();
    const update = ZoomConnection.update.bind(ZoomConnection);
    const saving = jest.spyOn(ZoomConnection, 'update');
    for (let tries = 0; tries < 2; tries += 1) {
      saving.mockImplementationOnce((columns, options) => failing(() => update(columns, options)));
    }
    const before = refreshCalls();
    const { accessToken } = await freshToken(site.deps, userId).finally(() => saving.mockRestore());
    expect(accessToken).toBe(tokens()?.accessToken);
    expect(refreshCalls() - before).toBe(1);
    expect(await connection()).toMatchObject({ version: version + 1, state: 'connected', leaseHolder: null });
  }

  it('is saved when it takes it again', () => renewWith(() => Promise.reject(GONE)));

  it('is there where only the database’s answer was lost', () =>
    renewWith(async (update) => {
      await update();
      throw GONE;
    }));
});

it('asks once more when the answer was lost before Zoom had done anything', async () => {
  await expire();
  site.zoom.control.addFault({ kind: 'reset', operation: 'tokenRefresh', times: 1 });
  expect((await freshToken(site.deps, userId)).accessToken).toBe(tokens()?.accessToken);
  expect((await connection()).state).toBe('connected');
});

it('tells the teacher at once when the answer was lost after Zoom had rotated, and asks no more than twice', async () => {
  await expire();
  const before = refreshCalls();
  site.zoom.control.addFault({ kind: 'loseReply', operation: 'tokenRefresh', times: 1 });
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomNeedsReconnect);
  expect((await connection()).state).toBe('needs_reconnect');
  expect(refreshCalls() - before).toBe(2);
  const told = await Incident.findOne({ where: { cause: 'teacher_connection', userId, closedAt: null } });
  expect(told).not.toBeNull();
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomNeedsReconnect);
  expect(refreshCalls() - before).toBe(2);
});

it.each([
  ['no answer', { kind: 'reset', operation: 'tokenRefresh' } as const],
  ['a fault', { kind: 'status', operation: 'tokenRefresh', status: 503 } as const],
  ['a page of HTML', { kind: 'html', operation: 'tokenRefresh' } as const],
  ['a rate limit', { kind: 'status', operation: 'tokenRefresh', status: 429 } as const],
])(
  '%s costs nobody the connection: a token that still lives is used, a dead one is waited for',
  async (_case, fault) => {
    site.zoom.control.addFault(fault);
    await expire();
    await expect(freshToken(site.deps, userId)).rejects.toThrow();
    expect(await connection()).toMatchObject({ state: 'connected', leaseHolder: null });
    site.zoom.control.clearFaults();
    expect((await freshToken(site.deps, userId)).accessToken).toBe(tokens()?.accessToken);
  },
);

it('uses a token that still lives while Zoom does not answer', async () => {
  await almostExpire();
  site.zoom.control.addFault({ kind: 'status', operation: 'tokenRefresh', status: 503 });
  expect((await freshToken(site.deps, userId)).accessToken).toBe(tokens()?.accessToken);
});

it('says so when our app’s credentials are wrong, and keeps the teacher’s tokens', async () => {
  await expire();
  const settings = await ZoomSetting.findByPk(SETTINGS_ID, { rejectOnEmpty: true });
  const { clientSecretEncrypted } = settings;
  const place = settingPlace('client_secret_encrypted');
  await settings.update({ clientSecretEncrypted: site.deps.encryption.encrypt('wrong', place) });
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomMisconfigured);
  expect(await connection()).toMatchObject({ state: 'connected', leaseHolder: null });
  await settings.update({ clientSecretEncrypted });
  expect((await freshToken(site.deps, userId)).accessToken).toBe(tokens()?.accessToken);
});

it('believes that a consent is dead when Zoom says so and nobody has saved a newer pair', async () => {
  await expire();
  site.zoom.control.revoke(LICENSED_HOST);
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomNeedsReconnect);
  expect((await connection()).state).toBe('needs_reconnect');
  const before = refreshCalls();
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomNeedsReconnect);
  expect(refreshCalls()).toBe(before);
});

it('does not believe it when another process has saved a newer pair meanwhile', async () => {
  await expire();
  const call = globalThis.fetch;
  const calls = jest.spyOn(globalThis, 'fetch').mockImplementationOnce(async (...refresh) => {
    // The teacher connects again while our refresh, with the former token, is on its way.
    await connectTeacher(site.deps, site.zoom, userId, LICENSED_HOST);
    await ZoomConnection.increment('version', { where: { userId } });
    return call(...refresh);
  });
  const { accessToken } = await freshToken(site.deps, userId).finally(() => calls.mockRestore());
  expect(site.zoom.control.calls('tokenRefresh').at(-1)?.status).toBe(400);
  expect(accessToken).toBe(tokens()?.accessToken);
  expect((await connection()).state).toBe('connected');
});

it('takes over from a process that died in the middle of a refresh', async () => {
  await expire();
  const inAWhile = new Date(Date.now() + 90_000);
  await ZoomConnection.update({ leaseHolder: 'dead', leaseUntil: inAWhile }, { where: { userId } });
  const waiting = freshToken(site.deps, userId);
  await new Promise((resolve) => setTimeout(resolve, 400));
  await ZoomConnection.update({ leaseUntil: new Date(Date.now() - 1_000) }, { where: { userId } });
  expect((await waiting).accessToken).toBe(tokens()?.accessToken);
});

it('never waits for another process longer than it can afford', async () => {
  await expire();
  const inAWhile = new Date(Date.now() + 90_000);
  await ZoomConnection.update({ leaseHolder: 'slow', leaseUntil: inAWhile }, { where: { userId } });
  await expect(freshToken(site.deps, userId)).rejects.toThrow(ZoomUnreachable);
});

it('is renewed once a rotation, whoever asks: callers with an expired token and the clock at once, 200 times', async () => {
  const { id: connectionId, version: before } = await connection();
  const callsBefore = site.zoom.control.calls('tokenRefresh').length;
  for (let round = 0; round < 200; round += 1) {
    await expire();
    await Promise.all([
      freshToken(site.deps, userId),
      freshToken(site.deps, userId),
      freshToken(site.deps, userId),
      refreshConnection(site.deps, { connectionId }),
    ]);
  }
  const calls = site.zoom.control.calls('tokenRefresh').slice(callsBefore);
  const after = await connection();
  expect(after.state).toBe('connected');
  expect(calls.length).toBe(after.version - before);
  expect(calls.filter(({ status }) => status !== 200)).toEqual([]);
});

describe('stored tokens', () => {
  it('that were swapped with another teacher’s are refused and never used, and both teachers are told', async () => {
    const other = (await buildConnectedTeacher(site.deps, site.zoom, GRACE)).id;
    const mine = await connection();
    const theirs = await ZoomConnection.findOne({ where: { userId: other }, rejectOnEmpty: true });
    const tokensOf = ({ accessTokenEncrypted, refreshTokenEncrypted }: ZoomConnection) => ({
      accessTokenEncrypted,
      refreshTokenEncrypted,
    });
    const [fromMine, fromTheirs] = [tokensOf(mine), tokensOf(theirs)];
    await mine.update(fromTheirs);
    await theirs.update(fromMine);
    const calls = site.zoom.control.calls().length;
    for (const id of [userId, other]) {
      await expect(freshToken(site.deps, id)).rejects.toThrow(ZoomNeedsReconnect);
      const { state } = await ZoomConnection.findOne({ where: { userId: id }, rejectOnEmpty: true });
      expect(state).toBe('needs_reconnect');
      expect(await Incident.count({ where: { cause: 'teacher_connection', userId: id, closedAt: null } })).toBe(1);
    }
    expect(site.zoom.control.calls().length).toBe(calls);
  });

  it('whose key is missing cost nobody the connection', async () => {
    const keyless = { ...site.deps, encryption: new Encryption([{ id: 'other', key: Buffer.alloc(32, 1) }]) };
    await expect(freshToken(keyless, userId)).rejects.toThrow(ZoomTokensLocked);
    expect((await connection()).state).toBe('connected');
    expect((await freshToken(site.deps, userId)).accessToken).toBe(tokens()?.accessToken);
  });
});

it('ignores an API address that is no Zoom host', async () => {
  await ZoomConnection.update({ apiUrl: 'https://zoom.us.evil.example' }, { where: { userId } });
  expect((await freshToken(site.deps, userId)).apiUrl).toBe(`${site.zoom.url}/v2`);
});
