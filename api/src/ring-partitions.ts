import type { Logger } from '@wallet/shared/logger';
import type { Doorbell, Lane } from '@wallet/shared/queue/doorbell';

export type RingPartitions = (partitions: Iterable<number>, lane: Lane) => void;

/**
 * Makes the function that rings for partitions without making anybody wait: one ring of a lane is in flight at a time, and
 * the partitions that come meanwhile go, each once, into the next. A failed ring is counted and forgotten: the operations
 * are durable and the workers' sweepers find them.
 */
export function createRing(doorbell: Doorbell, log: Logger, onFailed: (lane: Lane) => void): RingPartitions {
  const waiting: Record<Lane, Set<number>> = { high: new Set(), bulk: new Set() };
  const ringing: Record<Lane, boolean> = { high: false, bulk: false };

  async function ringAll(lane: Lane): Promise<void> {
    ringing[lane] = true;
    while (waiting[lane].size > 0) {
      const partitions = [...waiting[lane]];
      waiting[lane] = new Set();
      await doorbell.ring(partitions, lane, 'accept').catch((error: unknown) => {
        log.debug({ err: error, partitions, lane }, 'ring failed');
        onFailed(lane);
      });
    }
    ringing[lane] = false;
  }

  return (partitions, lane) => {
    for (const partition of partitions) waiting[lane].add(partition);
    if (!ringing[lane]) void ringAll(lane);
  };
}
