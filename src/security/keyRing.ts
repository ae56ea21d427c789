import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

export interface Key {
  readonly id: string;
  /** 32 bytes */
  readonly key: Buffer;
}

/** What a signing key is used for; each purpose gets a key of its own, so a signature for one is worthless for another. */
export type Purpose =
  'join-pass' | 'account-link' | 'asked-address' | 'cookie' | 'nonce' | 'audit' | 'mail' | 'zoom-check';

/** Signs with the first key and verifies with all of them; purposes are kept apart by HKDF (RFC 5869). */
export class SigningKeys {
  readonly #derived = new Map<string, Buffer>();

  constructor(private readonly keys: readonly Key[]) {}

  get currentId(): string {
    return this.#newest().id;
  }

  has(keyId: string): boolean {
    return this.keys.some(({ id }) => id === keyId);
  }

  /** HMAC-SHA-256 with the key of that id, or the newest one. */
  sign(purpose: Purpose, message: string, keyId = this.currentId): Buffer {
    return createHmac('sha256', this.derive(purpose, keyId)).update(message).digest();
  }

  verify(purpose: Purpose, message: string, signature: Buffer, keyId: string): boolean {
    if (!this.has(keyId)) return false;
    const expected = this.sign(purpose, message, keyId);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  }

  /** The derived keys of a purpose, newest first, for libraries that sign by themselves (Keygrip). */
  derivedKeys(purpose: Purpose): Buffer[] {
    return this.keys.map(({ id }) => this.derive(purpose, id));
  }

  private derive(purpose: Purpose, keyId: string): Buffer {
    const cacheKey = `${purpose}:${keyId}`;
    const cached = this.#derived.get(cacheKey);
    if (cached) return cached;
    const found = this.keys.find(({ id }) => id === keyId);
    if (!found) throw new Error(`SIGNING_KEYS no longer has the key "${keyId}"; put it back at the end of the list.`);
    const derived = Buffer.from(hkdfSync('sha256', found.key, '', `dreamcrowd-live ${purpose}`, 32));
    this.#derived.set(cacheKey, derived);
    return derived;
  }

  #newest(): Key {
    const [newest] = this.keys;
    if (!newest) throw new Error('SIGNING_KEYS is empty; add a key.');
    return newest;
  }
}
