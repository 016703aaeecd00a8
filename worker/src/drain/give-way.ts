import type { Lane } from '@wallet/shared/queue/doorbell';
import type { WorkerConfig } from '../config.ts';

/**
 * While single operations arrive, batches give way: one transaction of theirs at a time, of a sixteenth of the size,
 * and a pause after it. A single operation needs a processor, and one of 64 partitions would always be busy with a
 * batch.
 */
const GIVE_WAY_MS = 1_000;
const GIVE_WAY_SHARE = 16;
const GIVE_WAY_REST = 2;
const LONGEST_REST_MS = 250;

/** How much each lane may do at the moment. */
export interface Lanes {
  /** A transaction of single operations begins. */
  noteSingles(): void;
  /** How many transactions of a lane may run at once. */
  transactions(lane: Lane): number;
  /** The most operations in the lane's next transaction. */
  limit(lane: Lane): number;
  /** For how many milliseconds the lane pauses after a transaction that took `tookMs`. */
  rest(lane: Lane, tookMs: number): number;
}

export function createLanes(
  config: Pick<WorkerConfig, 'transactions' | 'bulkTransactions' | 'batchLimit' | 'bulkLimit'>,
  now: () => number = () => performance.now(),
): Lanes {
  let lastSingleAt = -Infinity;
  const givesWay = (): boolean => now() - lastSingleAt < GIVE_WAY_MS;
  return {
    noteSingles() {
      lastSingleAt = now();
    },
    transactions: (lane) => (lane === 'high' ? config.transactions : givesWay() ? 1 : config.bulkTransactions),
    limit(lane) {
      if (lane === 'high') return config.batchLimit;
      return givesWay() ? Math.ceil(config.bulkLimit / GIVE_WAY_SHARE) : config.bulkLimit;
    },
    rest: (lane, tookMs) => (lane === 'bulk' && givesWay() ? Math.min(tookMs * GIVE_WAY_REST, LONGEST_REST_MS) : 0),
  };
}
