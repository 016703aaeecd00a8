import type { Database } from '@wallet/shared/database/pool';
import { expireHolds } from '@wallet/shared/database/statements/expire-holds';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';
import type { Doorbell } from '@wallet/shared/queue/doorbell';
import type { WorkerMetrics } from '../metrics.ts';

const INTERVAL_MS = 1_000;
/** The most that one transaction accepts: it keeps others of the same partitions from being accepted, about 20 ms for so many. */
const MOST = 500;

/**
 * Looks every second for what is due, and has the database accept it. The moment and the list of what is due are the
 * database's, so that this needs no Redis, and any number of workers may look. After a full pass it looks again at once.
 */
export function acceptDue(options: {
  database: Database;
  doorbell: Pick<Doorbell, 'ring'>;
  metrics: Pick<WorkerMetrics, 'ringFailed'>;
  log: Logger;
}): { stop(): Promise<void> } {
  const { database, doorbell, metrics, log } = options;
  const onError = logErrors(log, 'accepting what is due failed');
  let isMore = false;
  let ringing = Promise.resolve();

  async function look(): Promise<void> {
    isMore = false;
    const partitions = await expireHolds(database, MOST);
    if (partitions.length === 0) return;
    isMore = partitions.length === MOST;
    log.info({ holds: partitions.length }, 'accepted the expiry of holds');
    // Not waited for: a Redis that does not answer would delay the next look. The sweeper makes up for a lost ring.
    ringing = doorbell.ring([...new Set(partitions)], 'high', 'accept').catch((error: unknown) => {
      metrics.ringFailed('high');
      log.debug({ err: error }, 'ring failed');
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
