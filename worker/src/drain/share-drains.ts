import { setTimeout as delay } from 'node:timers/promises';
import type { Lane } from '@wallet/shared/queue/doorbell';
import type { PartitionState } from './drain-partitions.ts';

export interface SharedDrains {
  /**
   * Joins the lane's next transaction. @returns the state of the partition afterwards. @throws the error that made it
   * fail.
   */
  join(partition: number, lane: Lane): Promise<PartitionState>;
  /** Resolves when nothing is in flight. From now on `join` answers `busy`: the work stays in the queue. */
  stop(): Promise<void>;
}

interface Joined {
  resolve(state: PartitionState): void;
  reject(error: unknown): void;
}

/**
 * Lets the partitions that this process has to drain at the same moment share one transaction: while one is running,
 * the next one gathers. Small transactions cost nearly as much as large ones, so this determines the throughput.
 *
 * The bulk lane instead takes one partition at a time, in turn, in transactions of its own: so a partition is never
 * locked for long, and the high lane only waits for a transaction in the same partition. A partition is never in two
 * transactions of one process.
 */
export function shareDrains(options: {
  drain: (partitions: readonly number[], lane: Lane) => Promise<ReadonlyMap<number, PartitionState>>;
  /** How many transactions of a lane may run at once at the moment. */
  transactions: (lane: Lane) => number;
  /** For how many milliseconds the lane pauses after a transaction that took `tookMs`. */
  rest: (lane: Lane, tookMs: number) => number;
}): SharedDrains {
  const waiting: Record<Lane, Map<number, Joined[]>> = { high: new Map(), bulk: new Map() };
  const running: Record<Lane, Set<Promise<void>>> = { high: new Set(), bulk: new Set() };
  const inFlight = new Set<number>();
  let stopped = false;

  function startNext(): void {
    start('high', (partition) => !inFlight.has(partition), Infinity);
    start('bulk', (partition) => !inFlight.has(partition) && !waiting.high.has(partition), 1);
  }

  function start(lane: Lane, isFree: (partition: number) => boolean, most: number): void {
    while (running[lane].size < options.transactions(lane)) {
      const partitions = [...waiting[lane].keys()].filter(isFree).slice(0, most);
      if (partitions.length === 0) return;
      const joined = new Map(partitions.map((partition) => [partition, waiting[lane].get(partition) ?? []]));
      for (const partition of partitions) {
        waiting[lane].delete(partition);
        inFlight.add(partition);
      }
      const begun = performance.now();
      const run = runTransaction(joined, lane).then(async () => {
        for (const partition of partitions) inFlight.delete(partition);
        startNext();
        const rest = options.rest(lane, performance.now() - begun);
        if (rest > 0) await delay(rest);
        running[lane].delete(run);
        startNext();
      });
      running[lane].add(run);
    }
  }

  async function runTransaction(joined: Map<number, Joined[]>, lane: Lane): Promise<void> {
    try {
      const states = await options.drain([...joined.keys()], lane);
      for (const [partition, callers] of joined) {
        for (const caller of callers) caller.resolve(states.get(partition) ?? 'busy');
      }
    } catch (error) {
      for (const callers of joined.values()) for (const caller of callers) caller.reject(error);
    }
  }

  return {
    join(partition, lane) {
      if (stopped) return Promise.resolve('busy');
      return new Promise((resolve, reject) => {
        const callers = waiting[lane].get(partition);
        if (callers) callers.push({ resolve, reject });
        else waiting[lane].set(partition, [{ resolve, reject }]);
        // Not before all that were woken together have joined.
        queueMicrotask(startNext);
      });
    },
    async stop() {
      stopped = true;
      for (const lane of [waiting.high, waiting.bulk]) {
        for (const callers of lane.values()) for (const caller of callers) caller.resolve('busy');
        lane.clear();
      }
      await Promise.all([...running.high, ...running.bulk]);
    },
  };
}
