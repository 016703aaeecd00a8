import type { Queue, QueuedPart } from '@wallet/shared/database/tables/queues';

/** The position of something in a partition's queue. */
export type Place =
  | { readonly kind: 'single'; readonly seq: number; readonly low: boolean; readonly ownEarlier: number }
  | { readonly kind: 'line'; readonly batchId: string; readonly before: number };

/** What is applied first in a partition, by lane. */
export interface Ahead {
  /** Single operations of high priority, and those they take along. */
  readonly high: number;
  /** Lines of batches and operations of low priority. */
  readonly bulk: number;
}

/** How many batches of a partition are processed side by side, as in the worker's `chooseOperations`. */
const SIDE_BY_SIDE = 8;

/**
 * How many operations of the partition are applied first, in the order in which workers choose them
 * (choose-operations.ts): single operations of high priority come before all others, then batches of high priority, and
 * then batches and operations of low priority, in equal shares. Atomic batches come before the others of their
 * priority. Operations taken along by other wallets are not counted.
 */
export function aheadOf(queue: Queue, place: Place): Ahead {
  if (place.kind === 'line') return { high: queue.highs.length, bulk: bulkBeforeLine(queue, place) };
  const { seq, low, ownEarlier } = place;
  if (!low) return { high: countBelow(queue.highs, seq) + ownEarlier, bulk: 0 };
  const before = countBelow(queue.lows, seq);
  const preferred = queue.parts.filter(({ isHigh }) => isHigh);
  const others = queue.parts.filter(({ isHigh }) => !isHigh);
  return { high: queue.highs.length, bulk: before + sum(preferred) + besides(others, before) };
}

function bulkBeforeLine(queue: Queue, { batchId, before }: { batchId: string; before: number }): number {
  const own = queue.parts.find((part) => part.batchId === batchId);
  if (own === undefined) return before;
  const preferred = queue.parts.filter(({ isHigh }) => isHigh);
  const peers = own.isHigh ? preferred : queue.parts.filter(({ isHigh }) => !isHigh);
  const first = own.isHigh ? 0 : sum(preferred);
  const earlier = peers.slice(0, peers.indexOf(own));
  if (own.isAtomic) return first + sum(earlier.filter(({ isAtomic }) => isAtomic)) + before;
  const lows = own.isHigh ? 0 : Math.min(queue.lows.length, before);
  return first + before + lows + besides(peers, before, own);
}

/**
 * The lines of other batches that are applied while `before` operations of one batch, or of single ones, are: atomic
 * batches as a whole, and as many of each batch processed side by side. A batch that waits for a place among them has
 * all those before it in front, except the last seven.
 */
function besides(parts: readonly QueuedPart[], before: number, own?: QueuedPart): number {
  const atomic = sum(parts.filter(({ isAtomic }) => isAtomic));
  const ordered = parts.filter(({ isAtomic }) => !isAtomic);
  const index = own === undefined ? 0 : ordered.indexOf(own);
  const done = Math.max(0, index - SIDE_BY_SIDE + 1);
  const beside = ordered.slice(done, done + SIDE_BY_SIDE).filter((part) => part !== own);
  return atomic + sum(ordered.slice(0, done)) + beside.reduce((all, { pending }) => all + Math.min(pending, before), 0);
}

function sum(parts: readonly QueuedPart[]): number {
  return parts.reduce((all, { pending }) => all + pending, 0);
}

/** How many of the ascending numbers are below one. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? Infinity) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
