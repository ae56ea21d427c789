export interface DatabaseVersion {
  readonly vendor: 'MariaDB' | 'MySQL';
  readonly version: string;
}

const OLDEST = { MariaDB: [10, 11], MySQL: [8, 0] } as const;

/**
 * Reads what `--version` prints or `SELECT VERSION()` answers. The program's name proves nothing: Debian's `mysqld` is
 * MariaDB's. Old MariaDB servers put "5.5.5-" in front for the sake of replication.
 *
 * @throws an Error when it is neither, or older than what this system speaks to
 */
export function parseDatabaseVersion(text: string): DatabaseVersion {
  const match = /(?:5\.5\.5-)?(\d+)\.(\d+)\.\d+/.exec(text);
  if (!match) throw new Error(`"${text}" is neither MySQL nor MariaDB`);
  const vendor = /mariadb/i.test(text) ? 'MariaDB' : 'MySQL';
  const version = match[0].replace('5.5.5-', '');
  const [major, minor] = OLDEST[vendor];
  const [foundMajor, foundMinor] = [Number(match[1]), Number(match[2])];
  if (foundMajor < major || (foundMajor === major && foundMinor < minor)) {
    throw new Error(`${vendor} ${version} is too old; it must be MySQL 8.0 or newer, or MariaDB 10.11 or newer`);
  }
  return { vendor, version };
}
