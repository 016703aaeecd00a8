import type { PartitionState } from './drain-partitions.ts';

export interface SharedDrains {
  /** Takes part in the next transaction. @returns how it left the partition. @throws what made it fail. */
  join(partition: number): Promise<PartitionState>;
  /** Resolves when nothing is in flight any more. From now on `join` answers `busy`: the work stays in the queue. */
  stop(): Promise<void>;
}

interface Joined {
  resolve(state: PartitionState): void;
  reject(error: unknown): void;
}

/**
 * Lets the partitions that this process has to drain at a moment share one transaction: while one is under way, the next
 * one gathers. Small transactions cost nearly as much as large ones, so this is where throughput comes from. A partition
 * is never in two transactions of one process.
 */
export function shareDrains(options: {
  drain: (partitions: readonly number[]) => Promise<ReadonlyMap<number, PartitionState>>;
  /** How many transactions may be under way at once. */
  transactions: number;
}): SharedDrains {
  const waiting = new Map<number, Joined[]>();
  const inFlight = new Set<number>();
  const running = new Set<Promise<void>>();
  let stopped = false;

  function startNext(): void {
    if (running.size >= options.transactions) return;
    const partitions = [...waiting.keys()].filter((partition) => !inFlight.has(partition));
    if (partitions.length === 0) return;
    const joined = new Map(partitions.map((partition) => [partition, waiting.get(partition) ?? []]));
    for (const partition of partitions) {
      waiting.delete(partition);
      inFlight.add(partition);
    }
    const run = runTransaction(joined).finally(() => {
      running.delete(run);
      for (const partition of partitions) inFlight.delete(partition);
      startNext();
    });
    running.add(run);
  }

  async function runTransaction(joined: Map<number, Joined[]>): Promise<void> {
    try {
      const states = await options.drain([...joined.keys()]);
      for (const [partition, callers] of joined) {
        for (const caller of callers) caller.resolve(states.get(partition) ?? 'busy');
      }
    } catch (error) {
      for (const callers of joined.values()) for (const caller of callers) caller.reject(error);
    }
  }

  return {
    join(partition) {
      if (stopped) return Promise.resolve('busy');
      return new Promise((resolve, reject) => {
        const callers = waiting.get(partition);
        if (callers) callers.push({ resolve, reject });
        else waiting.set(partition, [{ resolve, reject }]);
        startNext();
      });
    },
    async stop() {
      stopped = true;
      for (const callers of waiting.values()) for (const caller of callers) caller.resolve('busy');
      waiting.clear();
      await Promise.all(running);
    },
  };
}
