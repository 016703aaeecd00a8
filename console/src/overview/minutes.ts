import type { Minute } from '../api/resources.ts';

const MINUTE_S = 60;

/** The minutes from the first to the last, with null where there is a gap: a plot draws no line through it. */
export function fillMinutes(minutes: readonly Minute[]): { time: number; minute: Minute | null }[] {
  const byTime = new Map(minutes.map((minute) => [Math.floor(Date.parse(minute.at) / 1_000 / MINUTE_S), minute]));
  const times = [...byTime.keys()];
  const first = Math.min(...times);
  const last = Math.max(...times);
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    time: (first + index) * MINUTE_S,
    minute: byTime.get(first + index) ?? null,
  }));
}

/** Of a count in a minute. */
export function perSecond(count: number): number {
  return count / MINUTE_S;
}

/** How much of what ended has failed, in percent; null if nothing ended. */
export function failureShare({ succeeded, failed }: Pick<Minute, 'succeeded' | 'failed'>): number | null {
  const ended = succeeded + failed;
  return ended === 0 ? null : (100 * failed) / ended;
}
