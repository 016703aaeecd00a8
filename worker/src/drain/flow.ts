import { setTimeout as delay } from 'node:timers/promises';
import { shareRun } from '@wallet/shared/process/gather';

/**
 * This many single operations in one transaction are a flow, which is assumed to last for this long after the last of
 * them.
 */
const FLOW_OPERATIONS = 12;
const FLOW_MS = 100;
/**
 * The pause in which operations gather: so long for each operation of the last transaction, within bounds. At the full
 * rate the longest, since large transactions cost less; at half of it a third, since there is time to spare. Twice and
 * four times the longest made an operation no cheaper.
 */
const GATHER_MS_PER_OPERATION = 1 / 12;
const SHORTEST_GATHER_MS = 4;
const LONGEST_GATHER_MS = 16;

/**
 * Whether single operations flow. While they do, the worker looks again by itself after a pause instead of waiting for
 * a ring: a ring for each of the partitions costs more than the work it announces.
 */
export interface Flow {
  /** Reports how many operations were applied in one transaction. */
  applied(operations: number): void;
  isOn(): boolean;
  /** Resolves after a pause, for all callers that wait at the same moment: so they share the next transaction. */
  gather(): Promise<void>;
}

export function createFlow(): Flow {
  let seenAt = -Infinity;
  let pauseMs = LONGEST_GATHER_MS;
  return {
    applied(operations) {
      pauseMs = pauseAfter(operations);
      if (operations >= FLOW_OPERATIONS) seenAt = performance.now();
    },
    isOn: () => performance.now() - seenAt < FLOW_MS,
    gather: shareRun(() => delay(pauseMs)),
  };
}

/** The pause in milliseconds after a transaction that applied this many. */
export function pauseAfter(operations: number): number {
  return Math.min(Math.max(operations * GATHER_MS_PER_OPERATION, SHORTEST_GATHER_MS), LONGEST_GATHER_MS);
}
