import { type Job, Queue } from 'bullmq';
import { connectSender, withDeadline } from './connection.ts';
import { type QueueConnection, type QueueListener, listenToQueue } from './queue-listener.ts';

/**
 * The doorbell of the webhook endpoints: a BullMQ queue that holds at most one waiting job per endpoint, "this endpoint
 * has something to receive". The deliveries are in Postgres; a lost ring makes them late by a second.
 */

/** The hash tag keeps the queue's keys in one slot of a Redis Cluster. */
const QUEUE = '{wallet-webhooks}';
const RING_MS = 1_000;
/** `addBulk` is one pipeline; this is the most that one may contain. */
const RING_LIMIT = 1_000;
/** Handling a ring only notes the endpoint, so this is plenty. */
const CONCURRENCY = 16;

interface Ring {
  readonly endpointId: string;
}

export interface DeliveryDoorbell {
  /** Rings for endpoints. @throws Error within about a second if Redis does not accept it. */
  ring(endpointIds: readonly string[]): Promise<void>;
  close(): void;
}

export function createDeliveryDoorbell(options: QueueConnection): DeliveryDoorbell {
  const { prefix, onError } = options;
  const redis = connectSender(options, onError);
  const queue = new Queue<Ring>(QUEUE, { connection: redis, prefix, skipVersionCheck: true });
  queue.on('error', onError);
  return {
    async ring(endpointIds) {
      if (endpointIds.length === 0) return;
      if (redis.status !== 'ready') throw new Error('Redis is not connected');
      for (let start = 0; start < endpointIds.length; start += RING_LIMIT) {
        const jobs = endpointIds.slice(start, start + RING_LIMIT).map((endpointId) => ({
          name: 'deliver',
          data: { endpointId },
          opts: {
            deduplication: { id: endpointId, keepLastIfActive: true },
            removeOnComplete: true,
            removeOnFail: true,
          },
        }));
        await withDeadline(queue.addBulk(jobs), RING_MS);
      }
    },
    close() {
      redis.disconnect();
    },
  };
}

/** Calls `hear` with the endpoint of each ring. */
export function hearDeliveryDoorbell(options: QueueConnection & { hear: (endpointId: string) => void }): QueueListener {
  const handle = ({ data }: Job<Ring>): Promise<void> => {
    options.hear(data.endpointId);
    return Promise.resolve();
  };
  return listenToQueue(QUEUE, options, handle, { concurrency: CONCURRENCY });
}
