import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Key } from './keyRing';

/** Where a ciphertext belongs; a text moved to another row or column cannot be decrypted there. */
export interface CipherPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string | number;
}

/** The stored text is damaged, belongs to another row, or its key is gone. Never carries the text. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';

  constructor(
    message: string,
    /** The text itself may be well: ENCRYPTION_KEYS lacks its key. */
    readonly keyIsMissing = false,
  ) {
    super(message);
  }
}

const FORMAT = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** AES-256-GCM texts `v1.{key id}.{base64url(nonce ‖ ciphertext ‖ tag)}`; the place is the associated data. */
export class Encryption {
  constructor(private readonly keys: readonly Key[]) {}

  /** What every text under the newest key begins with. */
  get currentPrefix(): string {
    return `${FORMAT}.${this.#newest().id}.`;
  }

  encrypt(plain: string, place: CipherPlace): string {
    const newest = this.#newest();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', newest.key, nonce);
    cipher.setAAD(associatedData(place, newest.id));
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${FORMAT}.${newest.id}.${sealed.toString('base64url')}`;
  }

  /** @throws DecryptionError */
  decrypt(text: string, place: CipherPlace): string {
    const [format, keyId = '', encoded = ''] = text.split('.');
    const key = this.keys.find(({ id }) => id === keyId)?.key;
    const where = `${place.table}.${place.column} of row ${place.row}`;
    if (format !== FORMAT || !key) {
      const message = `${where}: ENCRYPTION_KEYS has no key "${keyId}"; put it back at the end of the list.`;
      throw new DecryptionError(message, true);
    }
    const sealed = Buffer.from(encoded, 'base64url');
    if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new DecryptionError(`${where}: the stored text is cut off.`);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(associatedData(place, keyId));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString();
    } catch {
      throw new DecryptionError(`${where}: the stored text was changed or belongs to another row.`);
    }
  }

  #newest(): Key {
    const [newest] = this.keys;
    if (!newest) throw new Error('ENCRYPTION_KEYS is empty; add a key.');
    return newest;
  }
}

function associatedData({ table, column, row }: CipherPlace, keyId: string): Buffer {
  return Buffer.from(`${table}|${column}|${row}|${keyId}`);
}
