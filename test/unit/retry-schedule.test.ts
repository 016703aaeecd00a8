import { retryDelay } from '@wallet/worker/webhooks/retry-schedule';
import fc from 'fast-check';

const SECONDS = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400];
const MIDDLE = 0.5;

/** After how many milliseconds the next attempt is; null if there is none. */
function delayAfter(attempts: number, random: number, retryAfterMs: number | null = null): number | null {
  return retryDelay({ attempts, retryAfterMs, random });
}

describe('retryDelay', () => {
  it.each(SECONDS.map((seconds, index) => [index + 1, seconds]))('after failure %i waits %i s', (attempts, seconds) => {
    expect(delayAfter(attempts, MIDDLE)).toBe(seconds * 1_000);
    expect(delayAfter(attempts, 0)).toBe(seconds * 800);
    expect(delayAfter(attempts, 1 - Number.EPSILON)).toBe(seconds * 1_200);
  });

  it('gives up after the twelfth, whatever the receiver asks for', () => {
    expect(delayAfter(12, MIDDLE)).toBeNull();
    expect(delayAfter(12, MIDDLE, 1_000)).toBeNull();
    expect(delayAfter(13, MIDDLE)).toBeNull();
  });

  it('spans about three days', () => {
    const total = SECONDS.reduce((sum, _, index) => sum + (delayAfter(index + 1, MIDDLE) ?? NaN), 0);
    expect(total / (24 * 3_600 * 1_000)).toBeCloseTo(3, 0);
  });

  it('leaves the receiver alone for as long as it asked', () => {
    expect(delayAfter(1, MIDDLE, 60_000)).toBe(60_000);
    expect(delayAfter(11, MIDDLE, 60_000)).toBe(86_400_000);
    expect(delayAfter(1, MIDDLE, 0)).toBe(5_000);
  });

  it('is never sooner than asked, nor than four fifths of the delay, nor later than both', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 11 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 86_400_000 })),
        (attempts, random, retryAfterMs) => {
          const delay = delayAfter(attempts, random, retryAfterMs) ?? NaN;
          const usual = SECONDS[attempts - 1]! * 1_000;
          expect(delay).toBeGreaterThanOrEqual(Math.max(usual * 0.8, retryAfterMs ?? 0));
          expect(delay).toBeLessThanOrEqual(Math.max(usual * 1.2, retryAfterMs ?? 0));
        },
      ),
    );
  });
});
