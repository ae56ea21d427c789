import fc from 'fast-check';
import { inviteName, passIdIn } from '../../../src/domain/inviteNames';

describe('the name in an invite link', () => {
  it('is the person’s with the number of their pass, which is read from it again', () => {
    expect(inviteName('Mia Berg', 48213)).toBe('Mia Berg (48213)');
    expect(passIdIn('Mia Berg (48213)')).toBe(48213);
    expect(passIdIn(' Mia Berg (48213) ')).toBe(48213);
  });

  it.each(['Mia Berg', 'Mia Berg 48213', '(48213) Mia Berg', 'Mia Berg (she/her)', 'Mia Berg ()', ''])(
    'tells of nobody where it is %j',
    (name) => expect(passIdIn(name)).toBeNull(),
  );

  it('is taken by Zoom however long it is, and loses its end, never its number', () => {
    const names = fc.string({ unit: 'grapheme', maxLength: 120 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 2 ** 31 }), (name, passId) => {
        const made = inviteName(name, passId);
        expect(made.length).toBeLessThanOrEqual(64);
        expect(Buffer.from(made).toString()).toBe(made);
        expect(passIdIn(made)).toBe(passId);
      }),
      { numRuns: 500 },
    );
  });
});
