import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

export type ZoomKind = 'the Zoom stand-in' | 'the real Zoom';

const fileSchema = z.record(z.string(), z.enum(['the Zoom stand-in', 'the real Zoom']));

/**
 * Remembers which Zoom the meetings in a database belong to: those of one do not exist at the other.
 *
 * @param databaseUrl the database somebody gave; none for the private one
 * @throws an Error that explains it when the database belongs to the other one
 */
export function claimDatabaseFor(kind: ZoomKind, databaseUrl: string | undefined, file: string): void {
  const known = existsSync(file) ? fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const database = databaseUrl ? nameOf(databaseUrl) : 'the private database';
  const owner = known[database];
  if (owner !== undefined && owner !== kind) {
    throw new Error(
      `${capital(database)} was filled with ${owner}; its meetings and connections do not exist at ${kind}.\n` +
        `Either ${kind === 'the real Zoom' ? 'take the ZOOM_ settings out of .env' : 'put the ZOOM_ settings back into .env'}, or begin anew: ` +
        `${databaseUrl ? 'name an empty database in DATABASE_URL.' : 'npm start -- --fresh'}`,
    );
  }
  writeFileSync(file, `${JSON.stringify({ ...known, [database]: kind }, null, 2)}\n`);
}

function nameOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `the database ${host}${pathname}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
