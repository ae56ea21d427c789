import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { rotateKeys } from '../../../src/commands/rotateKeys';
import type { Deps } from '../../../src/deps';
import { ENCRYPTED_COLUMNS } from '../../../src/models/encryptedColumns';
import { ZoomConnection } from '../../../src/models/ZoomConnection';
import { ZoomMeeting } from '../../../src/models/ZoomMeeting';
import { ZoomSecureToken } from '../../../src/models/ZoomSecureToken';
import { personalUrlPlace } from '../../../src/commands/makePersonalLinks';
import { Encryption } from '../../../src/security/encryption';
import { freshToken } from '../../../src/zoom/freshToken';
import { buildClassDate } from '../../factories/classes';
import { buildMeeting } from '../../factories/meetings';
import { buildConnectedTeacher, LICENSED_HOST } from '../../support/teachers';
import { startZoomSite, type ZoomSite } from '../../support/zoomSite';

const PASSES = 450;

let site: ZoomSite;
let userId: number;
/** The same application after a new key was put in front. */
let after: Deps;
/** And after the old one was taken out. */
let newKeyOnly: Deps;

beforeAll(async () => {
  site = await startZoomSite();
  userId = (await buildConnectedTeacher(site.deps, site.zoom)).id;
  const classDate = await buildClassDate();
  await buildMeeting(site.deps.encryption, classDate);
  await ZoomSecureToken.bulkCreate(Array.from({ length: PASSES }, (_, count) => newPass(classDate.id, count)));
  for (const pass of await ZoomSecureToken.findAll()) {
    const url = site.deps.encryption.encrypt(`https://zoom.us/w/${pass.id}`, personalUrlPlace(pass.id));
    await pass.update({ personalUrlEncrypted: url });
  }
  const newKey = { id: 'new', key: Buffer.alloc(32, 9) };
  after = withKeys([newKey, ...site.deps.config.encryptionKeys]);
  newKeyOnly = withKeys([newKey]);
});

afterAll(() => site.close());

function withKeys(encryptionKeys: Deps['config']['encryptionKeys']): Deps {
  return {
    ...site.deps,
    config: { ...site.deps.config, encryptionKeys },
    encryption: new Encryption(encryptionKeys),
  };
}

function newPass(classDateId: number, count: number) {
  return { classDateId, email: `${count}@example.test`, token: count.toString(16).padStart(64, '0'), keyId: 's1' };
}

const tokenWith = (deps: Deps) => freshToken(deps, userId);

it('knows every encrypted column there is', () => {
  const migrations = path.join(__dirname, '../../../migrations');
  const columns = readdirSync(migrations).flatMap((file) =>
    [...readFileSync(path.join(migrations, file), 'utf8').matchAll(/\b(\w+_encrypted) TEXT/g)].map(([, name]) => name),
  );
  expect(columns.length).toBeGreaterThan(0);
  expect(ENCRYPTED_COLUMNS.map(({ column }) => column).sort()).toEqual(columns.sort());
});

it('only counts in a dry run', async () => {
  const { columns, unusedKeys } = await rotateKeys(after, { dryRun: true });
  const rotated = Object.fromEntries(columns.map(({ column, rotated: count }) => [column, count]));
  expect(rotated).toMatchObject({
    client_secret_encrypted: 1,
    access_token_encrypted: 1,
    join_url_encrypted: 1,
    personal_url_encrypted: PASSES,
  });
  expect(unusedKeys).toEqual([]);
  await expect(tokenWith(newKeyOnly)).rejects.toThrow('ENCRYPTION_KEYS has no key');
});

it('goes on while tokens are renewed: nothing is lost, and the old key is needed no more', async () => {
  let rotating = true;
  const renewing = (async () => {
    let renewed = 0;
    while (rotating) {
      const { version } = await tokenWith(after);
      await freshToken(after, userId, version);
      renewed += 1;
    }
    return renewed;
  })();
  const rotation = await rotateKeys(after, { dryRun: false });
  rotating = false;
  expect(await renewing).toBeGreaterThan(0);

  expect(rotation.columns.flatMap(({ unreadable }) => unreadable)).toEqual([]);
  expect(rotation.unusedKeys).toEqual(site.deps.config.encryptionKeys.map(({ id }) => id));
  const { accessToken } = await tokenWith(newKeyOnly);
  expect(accessToken).toBe(site.zoom.control.tokensFor(LICENSED_HOST)?.accessToken);
  const passes = await ZoomSecureToken.findAll();
  for (const { id, personalUrlEncrypted } of passes) {
    const url = newKeyOnly.encryption.decrypt(personalUrlEncrypted ?? '', personalUrlPlace(id));
    expect(url).toBe(`https://zoom.us/w/${id}`);
  }
  const again = await rotateKeys(after, { dryRun: false });
  expect(again.columns.every(({ rotated }) => rotated === 0)).toBe(true);
});

it('names what cannot be decrypted, leaves it as it is, and goes on with the others', async () => {
  const connection = await ZoomConnection.findOne({ where: { userId }, rejectOnEmpty: true });
  const strange = site.deps.encryption.encrypt('a token', { table: 'zoom_connections', column: 'x', row: 0 });
  await connection.update({ accessTokenEncrypted: strange });
  const meeting = await ZoomMeeting.findOne({ rejectOnEmpty: true });
  const old = { table: 'zoom_meetings', column: 'join_url_encrypted', row: meeting.id };
  await meeting.update({ joinUrlEncrypted: site.deps.encryption.encrypt('https://zoom.us/j/1', old) });

  const { columns } = await rotateKeys(after, { dryRun: false });
  expect(columns.flatMap(({ unreadable }) => unreadable)).toEqual([
    expect.stringContaining(`zoom_connections.access_token_encrypted of row ${userId}`),
  ]);
  expect(columns.find(({ column }) => column === 'join_url_encrypted')?.rotated).toBe(1);
  expect((await connection.reload()).accessTokenEncrypted).toBe(strange);
});
