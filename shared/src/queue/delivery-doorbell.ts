import { type Job, Queue, Worker } from 'bullmq';
import { connectReceiver, connectSender, withDeadline } from './connection.ts';

/**
 * The doorbell of the webhook endpoints: a BullMQ queue that holds at most one waiting job per endpoint, "this endpoint has
 * something to be told". What there is to tell stands in Postgres; a lost ring makes it late by a second.
 */

/** The hash tag keeps the queue's keys in one slot of a Redis Cluster. */
const QUEUE = '{wallet-webhooks}';
const RING_MS = 1_000;
/** `addBulk` is one pipeline; this is how much may go into one. */
const RING_LIMIT = 1_000;
/** An answer only notes the endpoint, so this many are plenty. */
const CONCURRENCY = 16;

interface Ring {
  readonly endpointId: string;
}

export interface DeliveryDoorbell {
  /** Rings for endpoints. @throws Error within about a second if Redis does not take it. */
  ring(endpointIds: readonly string[]): Promise<void>;
  close(): void;
}

export function createDeliveryDoorbell(options: {
  url: string;
  prefix: string;
  onError: (error: Error) => void;
}): DeliveryDoorbell {
  const redis = connectSender(options.url, options.onError);
  const queue = new Queue<Ring>(QUEUE, { connection: redis, prefix: options.prefix });
  queue.on('error', options.onError);
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

/** Calls `hear` for each ring. @returns the function that stops it, within about a second. */
export function hearDeliveryDoorbell(options: {
  url: string;
  prefix: string;
  hear: (endpointId: string) => void;
  onError: (error: Error) => void;
}): () => Promise<void> {
  const redis = connectReceiver(options.url, options.onError);
  const worker = new Worker<Ring>(
    QUEUE,
    (job: Job<Ring>) => {
      options.hear(job.data.endpointId);
      return Promise.resolve();
    },
    {
      connection: redis,
      prefix: options.prefix,
      concurrency: CONCURRENCY,
      maxStalledCount: 1_000_000,
      runRetryDelay: 1_000,
    },
  );
  worker.on('error', options.onError);
  return async () => {
    const force = redis.status !== 'ready';
    await withDeadline(worker.close(force), RING_MS).catch(options.onError);
    redis.disconnect();
  };
}
