import { requireTestEnvironment } from '../../../src/config/testEnvironment';
import { checkDatabase } from '../../../src/dev/provision/database';
import { parseDatabaseVersion } from '../../../src/dev/provision/databaseVersion';
import { freePortFrom } from '../../../src/dev/ports';

it.each([
  ['mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', 'MariaDB', '10.11.19'],
  ['/usr/sbin/mysqld  Ver 11.4.2-MariaDB-log for Linux on x86_64', 'MariaDB', '11.4.2'],
  ['5.5.5-10.11.6-MariaDB-1:10.11.6+maria~ubu2204', 'MariaDB', '10.11.6'],
  ['/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)', 'MySQL', '8.0.36'],
  ['9.4.0', 'MySQL', '9.4.0'],
])('tells %s apart', (text, vendor, version) => {
  expect(parseDatabaseVersion(text)).toEqual({ vendor, version });
});

it.each(['mysqld  Ver 5.7.44 for Linux', '10.6.18-MariaDB', '5.5.5-10.5.23-MariaDB'])(
  'refuses %s as too old',
  (text) => {
    expect(() => parseDatabaseVersion(text)).toThrow(
      /too old; it must be MySQL 8.0 or newer, or MariaDB 10.11 or newer/,
    );
  },
);

it('refuses what is no version', () => {
  expect(() => parseDatabaseVersion('psql (PostgreSQL) sixteen')).toThrow('neither MySQL nor MariaDB');
});

it('looks at the server that DATABASE_URL names', async () => {
  const url = requireTestEnvironment('databaseUrl');
  expect(await checkDatabase(url)).toMatchObject({ url, version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string });
});

it('says what to do when nothing answers there, without the password', async () => {
  const port = await freePortFrom(42_000);
  const refusal = checkDatabase(`mysql://me:my-password@127.0.0.1:${port}/classes`);
  await expect(refusal).rejects.toThrow(
    new RegExp(`DATABASE_URL names 127.0.0.1:${port}/classes, but: .*ECONNREFUSED[^]*take DATABASE_URL away`),
  );
  await expect(refusal).rejects.toThrow(/^(?![^]*my-password)/);
});
