import type { Database } from '@wallet/shared/database/pool';
import { findWaitingPartitions } from '@wallet/shared/database/tables/pending-operations';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';
import type { Doorbell, Lane } from '@wallet/shared/queue/doorbell';
import type { WorkerMetrics } from '../metrics.ts';

const INTERVAL_MS = 1_000;
/** How often to look while the queue does not work: then this is how operations are found. */
const INTERVAL_WITHOUT_QUEUE_MS = 100;
/** An operation that waited this long has lost its ring, or the worker that took it. */
const LOST_RING_MS = 2_000;
/** An operation that waited this long was rung for in vain: apply it, whatever is wrong with the queue. */
const DRAIN_DIRECTLY_MS = 4_000;

export interface Sweeper {
  stop(): Promise<void>;
}

/**
 * Finds operations whose ring was not heard: rings again for those that wait too long, and drains their partitions
 * directly if that does not help or the queue does not work (P6). It is a plain timer, because a schedule in Redis
 * would be lost with it.
 */
export function startSweeper(options: {
  database: Database;
  partitions: number;
  doorbell: Pick<Doorbell, 'ring'>;
  /** Whether Redis accepts and delivers rings. */
  queueWorks: () => Promise<boolean>;
  drain: (partition: number, lane: Lane) => Promise<void>;
  metrics: Pick<WorkerMetrics, 'swept' | 'ringFailed'>;
  log: Logger;
}): Sweeper {
  const { metrics, log } = options;
  const onSweepError = logErrors(log, 'sweep failed');
  const onDrainError = logErrors(log, 'drain failed');
  /** Running drains that were started here. They are not awaited: the next look may find something urgent. */
  const draining = new Map<string, Promise<void>>();
  let isQueueUp = true;

  async function sweep(): Promise<void> {
    note(await options.queueWorks());
    const find = (ageMs: number) => findWaitingPartitions(options.database, options.partitions, ageMs);

    const waiting = await find(isQueueUp ? LOST_RING_MS : 0);
    const found = count(waiting);
    if (found === 0) {
      metrics.swept({ rung: 0, drained: 0 });
      return;
    }
    const isRung = isQueueUp;
    if (isRung) {
      log.info({ partitions: waiting }, 'rang again for waiting operations');
      // A Redis that answers but accepts nothing (out of memory, read-only) counts as down.
      await Promise.all([
        options.doorbell.ring(waiting.urgent, 'high', 'sweep'),
        options.doorbell.ring(waiting.bulk, 'bulk', 'sweep'),
      ]).catch(() => {
        for (const lane of ['high', 'bulk'] as const) metrics.ringFailed(lane);
        note(false);
      });
    }
    const overdue = isQueueUp ? await find(DRAIN_DIRECTLY_MS) : waiting;
    metrics.swept({ rung: isRung ? found : 0, drained: count(overdue) });
    // While the queue is known not to work this is normal, ten times a second.
    if (count(overdue) > 0) log[isQueueUp ? 'info' : 'debug']({ partitions: overdue }, 'draining without the queue');
    for (const partition of overdue.urgent) drainApart(partition, 'high');
    for (const partition of overdue.bulk) drainApart(partition, 'bulk');
  }

  function drainApart(partition: number, lane: Lane): void {
    const key = `${lane} ${partition}`;
    if (draining.has(key)) return;
    const run = options
      .drain(partition, lane)
      .catch((error: unknown) => {
        onDrainError(error, { partition, lane });
      })
      .finally(() => draining.delete(key));
    draining.set(key, run);
  }

  function note(works: boolean): void {
    if (works !== isQueueUp) log.warn({ queue: works ? 'up' : 'down' }, 'queue changed state');
    isQueueUp = works;
  }

  const sweeping = repeat(
    () => (isQueueUp ? INTERVAL_MS : INTERVAL_WITHOUT_QUEUE_MS),
    () => sweep().catch(onSweepError),
  );
  return {
    async stop() {
      await sweeping.stop();
      await Promise.all(draining.values());
    },
  };
}

function count({ urgent, bulk }: { readonly urgent: readonly number[]; readonly bulk: readonly number[] }): number {
  return urgent.length + bulk.length;
}
