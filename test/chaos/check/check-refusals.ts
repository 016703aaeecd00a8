import type { History } from '../history.ts';
import type { Recorded } from './recorded.ts';
import type { Violation } from './violation.ts';

/**
 * How many single operations an API lets wait in a campaign: few, so that the load comes near, and far more than its clients can
 * have pending at once unless something is wrong.
 */
export const PENDING_LIMIT = 400;
/** A refusal is for nothing if less than this share of the limit was pending at any time shortly before it. */
const PENDING_SHARE = 0.5;
/** What an API knows of what waits may be so old. */
const KNOWN_MS = 5_000;
const DETAILS = ['Too many operations wait to be applied.', 'Operations wait too long to be applied.'];

/** Nothing is refused for what waits while next to nothing waits (P7). */
export function checkRefusals({ refusals }: Pick<History, 'refusals'>, { operations }: Recorded): Violation[] {
  const changes = operations
    .filter(({ batchId, seq }) => batchId === null && seq !== null)
    .flatMap(({ createdAt, executeAt, completedAt }) => [
      { at: (executeAt ?? createdAt).getTime(), by: 1 },
      { at: completedAt?.getTime() ?? Infinity, by: -1 },
    ])
    .sort((a, b) => a.at - b.at);
  return refusals
    .filter(({ detail }) => DETAILS.some((each) => detail.startsWith(each)))
    .flatMap(({ at, detail }) => {
      const moment = performance.timeOrigin + at;
      const most = mostPending(changes, moment - KNOWN_MS, moment);
      if (most >= PENDING_SHARE * PENDING_LIMIT) return [];
      return [{ law: 'refused_for_nothing' as const, at, detail: `${most} operations were pending: ${detail}` }];
    });
}

/** The most operations that were pending at once between two moments, from the changes of their number in order. */
function mostPending(changes: readonly { at: number; by: number }[], from: number, to: number): number {
  let pending = 0;
  let most = 0;
  for (const { at, by } of changes) {
    if (at > to) break;
    if (at > from) most = Math.max(most, pending);
    pending += by;
  }
  return Math.max(most, pending);
}
