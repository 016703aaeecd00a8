import type { Batch } from '../api/resources.ts';

/** How much of a batch has ended, in percent, rounded down: only what is finished is 100. */
export function percentOf({ total, pending }: Pick<Batch, 'total' | 'pending'>): number {
  return total === 0 ? 100 : Math.floor((100 * (total - pending)) / total);
}

/** What a batch was at a moment while it was looked at. */
export interface Sample {
  readonly time: number;
  readonly succeeded: number;
  readonly failed: number;
}

const SAMPLES_MOST = 600;

/** Adds a sample. Of too many every second one goes: a plot of half as many looks the same. */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last !== undefined && next.time <= last.time) return samples;
  const kept = samples.length < SAMPLES_MOST ? samples : samples.filter((_, index) => index % 2 === 0);
  return [...kept, next];
}
