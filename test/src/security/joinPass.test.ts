import { randomBytes } from 'node:crypto';
import { hashToken, joinToken, personKey } from '../../../src/security/joinPass';
import { SigningKeys } from '../../../src/security/keyRing';

const keys = new SigningKeys([
  { id: 'new', key: randomBytes(32) },
  { id: 'old', key: randomBytes(32) },
]);
const identity = { keyId: 'old', classKey: 'ab'.repeat(16), person: 'user:1', epoch: 1 } as const;

describe('joinToken', () => {
  it('is 256 bits of hex and the same each time', () => {
    expect(joinToken(keys, identity)).toMatch(/^[0-9a-f]{64}$/);
    expect(joinToken(keys, identity)).toBe(joinToken(keys, identity));
  });

  it('differs for another person, class, link or key', () => {
    const tokens = [
      identity,
      { ...identity, person: 'guest:1' as const },
      { ...identity, classKey: 'cd'.repeat(16) },
      { ...identity, epoch: 2 },
      { ...identity, keyId: 'new' },
    ].map((changed) => joinToken(keys, changed));
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('says which key is missing', () => {
    expect(() => joinToken(keys, { ...identity, keyId: 'gone' })).toThrow(/SIGNING_KEYS no longer has the key "gone"/);
  });
});

describe('hashToken', () => {
  it('is SHA-256', () => {
    // The one-block message sample of FIPS 180-2, appendix B.1.
    expect(hashToken('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('personKey', () => {
  it('names the user or the guest', () => {
    expect(personKey({ userId: 3, guestId: null })).toBe('user:3');
    expect(personKey({ userId: null, guestId: 4 })).toBe('guest:4');
    expect(() => personKey({ userId: null, guestId: null })).toThrow();
  });
});
