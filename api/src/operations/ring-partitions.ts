import type { Logger } from '@wallet/shared/process/logger';
import { type Gathering, gather } from '@wallet/shared/process/gather';
import { sleep } from '@wallet/shared/process/repeat';
import type { Doorbell, Lane } from '@wallet/shared/queue/doorbell';

/**
 * The pause after a ring, in which partitions gather: this long for each partition that was rung, up to the maximum. A
 * ring for a few is followed at once by the next; under load rings grow, and cost a third.
 */
const REST_MS = 4;
const LONGEST_REST_MS = 64;

export type RingPartitions = (partitions: Iterable<number>, lane: Lane) => void;

export interface PartitionRing {
  readonly ring: RingPartitions;
  /** Resolves when every waiting partition has been rung for. */
  stop(): Promise<void>;
}

/**
 * Makes the function that rings for partitions without delaying callers: one ring of a lane is in flight at a time, and
 * partitions that arrive meanwhile go, each once, into the next. A failed ring is counted and forgotten: the operations
 * are durable and the workers' sweepers find them.
 */
export function createRing(doorbell: Doorbell, log: Logger, onFailed: (lane: Lane) => void): PartitionRing {
  const stopping = new AbortController();

  const ringsOf = (lane: Lane) =>
    gather<number>(async (partitions) => {
      await doorbell.ring(partitions, lane, 'accept').catch((error: unknown) => {
        log.debug({ err: error, partitions, lane }, 'ring failed');
        onFailed(lane);
      });
      const rest = Math.min(REST_MS * partitions.length, LONGEST_REST_MS);
      await sleep(rest, stopping.signal);
    });
  const rings: Record<Lane, Gathering<number>> = { high: ringsOf('high'), bulk: ringsOf('bulk') };

  return {
    ring(partitions, lane) {
      rings[lane].add(partitions);
    },
    async stop() {
      stopping.abort();
      await rings.high.idle();
      await rings.bulk.idle();
    },
  };
}
