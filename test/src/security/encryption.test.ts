import { randomBytes } from 'node:crypto';
import { DecryptionError, Encryption } from '../../../src/security/encryption';

const older = { id: 'k1', key: randomBytes(32) };
const newer = { id: 'k2', key: randomBytes(32) };
const place = { table: 'zoom_connections', column: 'access_token_encrypted', row: 7 };

describe('Encryption', () => {
  it('gives back what it was given, and never the same text twice', () => {
    const encryption = new Encryption([older]);
    const one = encryption.encrypt('a token – ü', place);
    const other = encryption.encrypt('a token – ü', place);
    expect(one).not.toBe(other);
    expect(one).not.toContain('token');
    expect(encryption.decrypt(one, place)).toBe('a token – ü');
  });

  it('reads old texts with a retired key and writes with the newest', () => {
    const text = new Encryption([older]).encrypt('secret', place);
    const rotated = new Encryption([newer, older]);
    expect(rotated.decrypt(text, place)).toBe('secret');
    expect(rotated.encrypt('secret', place)).toMatch(/^v1\.k2\./);
  });

  it.each([
    ['row', { ...place, row: 8 }],
    ['column', { ...place, column: 'refresh_token_encrypted' }],
    ['table', { ...place, table: 'zoom_settings' }],
  ])('refuses a text that was moved to another %s', (_, elsewhere) => {
    const encryption = new Encryption([older]);
    expect(() => encryption.decrypt(encryption.encrypt('secret', place), elsewhere)).toThrow(DecryptionError);
  });

  it('refuses damaged texts and unknown keys, without quoting them', () => {
    const encryption = new Encryption([older]);
    const text = encryption.encrypt('secret', place);
    const flipped = text.slice(0, -2) + (text.endsWith('AA') ? 'BB' : 'AA');
    for (const bad of [flipped, 'v1.k1.AAAA', text.replace('k1', 'k9'), '', 'rubbish']) {
      expect(() => encryption.decrypt(bad, place)).toThrow(DecryptionError);
    }
  });
});
