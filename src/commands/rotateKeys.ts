import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { ENCRYPTED_COLUMNS, type EncryptedColumn } from '../models/encryptedColumns';
import { DecryptionError } from '../security/encryption';

interface RotatedColumn {
  readonly table: string;
  readonly column: string;
  /** texts that are under the newest key now, or would be after a dry run */
  readonly rotated: number;
  /** what could not be decrypted, in words that name the row */
  readonly unreadable: readonly string[];
}

export interface Rotation {
  readonly columns: readonly RotatedColumn[];
  /** keys of ENCRYPTION_KEYS that no text needs any more */
  readonly unusedKeys: readonly string[];
}

const BATCH = 200;

interface StoredText {
  readonly id: number;
  readonly place_row: number | string;
  readonly text: string;
}

/**
 * Brings every encrypted text under the newest key, while the system runs. Only texts under other keys are touched, so
 * it can be stopped and begun again; each is written only if it is still the text that was read.
 */
export async function rotateKeys(deps: Deps, { dryRun }: { dryRun: boolean }): Promise<Rotation> {
  const columns: RotatedColumn[] = [];
  for (const place of ENCRYPTED_COLUMNS) columns.push(await rotateColumn(deps, place, dryRun));
  return { columns, unusedKeys: await findUnusedKeys(deps) };
}

async function rotateColumn(deps: Deps, place: EncryptedColumn, dryRun: boolean): Promise<RotatedColumn> {
  const { table, column } = place;
  const unreadable: string[] = [];
  let rotated = 0;
  let after = 0;
  for (;;) {
    const texts = await readBatch(deps, place, after);
    const last = texts.at(-1);
    if (!last) return { table, column, rotated, unreadable };
    after = last.id;
    for (const stored of texts) {
      try {
        if (await rotateText(deps, place, stored, dryRun)) rotated += 1;
      } catch (error) {
        if (!(error instanceof DecryptionError)) throw error;
        unreadable.push(error.message);
      }
    }
  }
}

/** The next texts that are not under the newest key. */
function readBatch(deps: Deps, { table, column, row }: EncryptedColumn, after: number): Promise<StoredText[]> {
  const prefix = deps.encryption.currentPrefix;
  return deps.db.query<StoredText>(
    `SELECT id, ${row} AS place_row, ${column} AS text FROM ${table}
      WHERE id > :after AND ${column} IS NOT NULL AND LEFT(${column}, :length) <> :prefix
      ORDER BY id LIMIT ${BATCH}`,
    { type: QueryTypes.SELECT, replacements: { after, prefix, length: prefix.length } },
  );
}

/** @returns false when somebody has written a newer text meanwhile, which is under the newest key by itself */
async function rotateText(
  { db, encryption }: Deps,
  { table, column }: EncryptedColumn,
  { id, place_row: row, text }: StoredText,
  dryRun: boolean,
): Promise<boolean> {
  const place = { table, column, row };
  const plain = encryption.decrypt(text, place);
  if (dryRun) return true;
  const [, changed] = await db.query(`UPDATE ${table} SET ${column} = :renewed WHERE id = :id AND ${column} = :text`, {
    type: QueryTypes.UPDATE,
    replacements: { renewed: encryption.encrypt(plain, place), id, text },
  });
  return changed === 1;
}

async function findUnusedKeys({ db, config }: Deps): Promise<string[]> {
  const used = new Set<string>();
  for (const { table, column } of ENCRYPTED_COLUMNS) {
    const rows = await db.query<{ key_id: string }>(
      `SELECT DISTINCT SUBSTRING_INDEX(SUBSTRING_INDEX(${column}, '.', 2), '.', -1) AS key_id
         FROM ${table} WHERE ${column} IS NOT NULL`,
      { type: QueryTypes.SELECT },
    );
    for (const { key_id: keyId } of rows) used.add(keyId);
  }
  const [, ...older] = config.encryptionKeys;
  return older.map(({ id }) => id).filter((id) => !used.has(id));
}
