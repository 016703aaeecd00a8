import type { Database } from '@wallet/shared/database/pool';
import { expireHolds } from '@wallet/shared/database/statements/expire-holds';
import { queueDueOperations } from '@wallet/shared/database/statements/queue-due-operations';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';
import type { Doorbell, Lane } from '@wallet/shared/queue/doorbell';
import type { WorkerMetrics } from '../metrics.ts';

const INTERVAL_MS = 500;
/**
 * The most that one transaction accepts: it blocks other acceptance in the same partitions, about 20 ms for this many.
 */
const MOST = 500;

/**
 * Looks twice a second for expired holds and due scheduled operations, and has the database accept them. The database
 * decides what is due, so this needs no Redis, and any number of workers may look. After a full pass it looks again at
 * once.
 */
export function acceptDue(options: {
  database: Database;
  doorbell: Pick<Doorbell, 'ring'>;
  metrics: Pick<WorkerMetrics, 'ringFailed'>;
  log: Logger;
}): { stop(): Promise<void> } {
  const { database, doorbell, metrics, log } = options;
  const onError = logErrors(log, 'accepting due operations failed');
  let isMore = false;
  let ringing: Promise<unknown> = Promise.resolve();

  async function look(): Promise<void> {
    isMore = false;
    const expired = await expireHolds(database, MOST);
    // Another transaction: each takes the acceptance locks in the order of the partitions.
    const queued = await queueDueOperations(database, MOST);
    if (expired.length + queued.length === 0) return;
    isMore = expired.length === MOST || queued.length === MOST;
    log.info({ holds: expired.length, scheduled: queued.length }, 'accepted due operations');
    const urgent = queued.filter(({ low }) => !low).map(({ partition }) => partition);
    const bulk = queued.filter(({ low }) => low).map(({ partition }) => partition);
    // Not awaited: a Redis that does not answer would delay the next look.
    ringing = Promise.all([ring([...expired, ...urgent], 'high'), ring(bulk, 'bulk')]);
  }

  /** The sweeper makes up for a lost ring. */
  async function ring(partitions: readonly number[], lane: Lane): Promise<void> {
    if (partitions.length === 0) return;
    await doorbell.ring([...new Set(partitions)], lane, 'accept').catch((error: unknown) => {
      metrics.ringFailed(lane);
      log.debug({ err: error, lane }, 'ring failed');
    });
  }

  const looking = repeat(
    () => (isMore ? 0 : INTERVAL_MS),
    () => look().catch(onError),
  );
  return {
    async stop() {
      await looking.stop();
      await ringing;
    },
  };
}
