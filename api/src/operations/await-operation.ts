import type { Database } from '@wallet/shared/database/pool';
import { type Operation, findEndedOperations } from '@wallet/shared/database/tables/operations';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { gather } from '@wallet/shared/process/gather';

/** How often to look without an announcement: it may have been lost, or Redis may be down. */
const LOOK_MS = 500;
/** The most operations looked up in one query. */
const LOOK_LIMIT = 500;
/** The most requests that wait at once. Further ones get the current state of the operation. */
const WAITING_LIMIT = 10_000;

export interface OperationWaiter {
  /**
   * Resolves with the operation when it is final, or with null after `ms`, when `signal` aborts, when too many wait
   * already, or when the process stops.
   */
  wait(id: string, partition: number, ms: number, signal: AbortSignal): Promise<Operation | null>;
  /** Reports that operations of the partitions ended. */
  hear(partitions: readonly number[]): void;
  /** Releases all waiting requests. */
  stop(): void;
}

interface Waiting {
  readonly partition: number;
  readonly resolvers: Set<(operation: Operation | null) => void>;
}

/** All waiting requests share one look-up at a time, made when one of their partitions is announced. */
export function createOperationWaiter(database: Database, log: Logger): OperationWaiter {
  const onError = logErrors(log, 'looking for awaited operations failed');
  const waiting = new Map<string, Waiting>();
  let waiters = 0;
  let stopped = false;
  const wanted = gather<string>(
    async (ids) => {
      try {
        for (const operation of await findEndedOperations(database, ids)) {
          for (const resolve of waiting.get(operation.id)?.resolvers ?? []) resolve(operation);
        }
      } catch (error) {
        onError(error);
        wanted.clear();
      }
    },
    { limit: LOOK_LIMIT },
  );
  const timer = setInterval(() => {
    wanted.add(waiting.keys());
  }, LOOK_MS);

  return {
    wait(id, partition, ms, signal) {
      if (stopped || signal.aborted || waiters >= WAITING_LIMIT) return Promise.resolve(null);
      return new Promise((resolve) => {
        const entry = waiting.get(id) ?? { partition, resolvers: new Set() };
        waiting.set(id, entry);
        const settle = (operation: Operation | null): void => {
          clearTimeout(deadline);
          signal.removeEventListener('abort', giveUp);
          if (entry.resolvers.delete(settle)) waiters -= 1;
          if (entry.resolvers.size === 0) waiting.delete(id);
          resolve(operation);
        };
        const giveUp = (): void => {
          settle(null);
        };
        const deadline = setTimeout(giveUp, ms);
        signal.addEventListener('abort', giveUp);
        entry.resolvers.add(settle);
        waiters += 1;
        // It may have ended before anything waited.
        wanted.add([id]);
      });
    },
    hear(partitions) {
      const heard = new Set(partitions);
      wanted.add([...waiting].filter(([, entry]) => heard.has(entry.partition)).map(([id]) => id));
    },
    stop() {
      stopped = true;
      clearInterval(timer);
      for (const entry of waiting.values()) for (const resolve of entry.resolvers) resolve(null);
    },
  };
}
