import { addMinutes } from '../../../src/domain/clock';
import { nextRefreshAt } from '../../../src/domain/refreshTimes';

const REFRESHED = new Date('2026-12-01T10:00:00Z');
const at = (minutes: number) => addMinutes(REFRESHED, minutes);
const life = { refreshedAt: REFRESHED, expiresAt: at(60) };
const classAt = (minutes: number) => ({ startsAt: at(minutes), endsAt: at(minutes + 60) });

describe('nextRefreshAt', () => {
  it('is a day after the last without a class near', () => {
    expect(nextRefreshAt(life, [])).toEqual(at(24 * 60));
    expect(nextRefreshAt(life, [classAt(3 * 24 * 60)])).toEqual(at(24 * 60));
  });

  it('is 90 minutes before a class', () => {
    expect(nextRefreshAt(life, [classAt(10 * 60), classAt(20 * 60)])).toEqual(at(8.5 * 60));
  });

  it('is at half the token’s life from then until the class ends', () => {
    expect(nextRefreshAt(life, [classAt(60)])).toEqual(at(30));
    expect(nextRefreshAt(life, [classAt(-20)])).toEqual(at(30));
  });

  it('is left to the daily one when the class is over before half the token’s life is', () => {
    expect(nextRefreshAt(life, [classAt(-50)])).toEqual(at(24 * 60));
    expect(nextRefreshAt(life, [classAt(-600)])).toEqual(at(24 * 60));
  });
});
