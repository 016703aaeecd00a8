import type { Logger } from '@wallet/shared/logger';
import type { Doorbell } from '@wallet/shared/queue/doorbell';

/**
 * Makes the function that rings for partitions without making anybody wait: one ring is in flight at a time, and the
 * partitions that come meanwhile go, each once, into the next. A failed ring is logged and forgotten: the operations are
 * durable and the workers' sweepers find them.
 */
export function createRing(doorbell: Doorbell, log: Logger): (partitions: Iterable<number>) => void {
  let waiting = new Set<number>();
  let ringing = false;

  async function ringAll(): Promise<void> {
    ringing = true;
    while (waiting.size > 0) {
      const partitions = [...waiting];
      waiting = new Set();
      await doorbell.ring(partitions, 'accept').catch((error: unknown) => {
        log.debug({ err: error, partitions }, 'ring failed');
      });
    }
    ringing = false;
  }

  return (partitions) => {
    for (const partition of partitions) waiting.add(partition);
    if (!ringing) void ringAll();
  };
}
