import { type Job, Queue, Worker } from 'bullmq';
import { connectReceiver, connectSender, withDeadline } from './connection.ts';

/**
 * The doorbell of the partitions: a BullMQ queue that holds at most one waiting job per partition and lane, "partition 7
 * has work". It only wakes workers; what work there is stands in Postgres. A lost ring is a late operation, nothing else.
 */

/** The hash tag keeps the queue's keys in one slot of a Redis Cluster. */
const QUEUE = '{wallet-ops}';
const RING_MS = 1_000;
/** `addBulk` is one pipeline; this is how much may go into one. */
const RING_LIMIT = 1_000;

/** Whom a ring wakes: those who apply single operations of high priority, or those who apply all the others. */
export type Lane = 'high' | 'bulk';

export interface Ring {
  readonly partition: number;
  readonly lane: Lane;
}

/** Which of a lane's two bells: `sweep` works although a dead worker still holds the job of the other. */
export type Bell = 'accept' | 'sweep';

const BELL_NAMES = {
  high: { accept: 'p', sweep: 's' },
  bulk: { accept: 'b', sweep: 't' },
} as const satisfies Record<Lane, Record<Bell, string>>;

export interface Doorbell {
  /** Rings for a lane of the partitions. @throws Error within about a second if Redis does not take it. */
  ring(partitions: readonly number[], lane: Lane, bell: Bell): Promise<void>;
  /** Whether Redis answers now. */
  answers(): Promise<boolean>;
  close(): void;
}

export function createDoorbell(options: { url: string; prefix: string; onError: (error: Error) => void }): Doorbell {
  const redis = connectSender(options.url, options.onError);
  const queue = new Queue<Ring>(QUEUE, { connection: redis, prefix: options.prefix });
  queue.on('error', options.onError);
  return {
    async ring(partitions, lane, bell) {
      if (redis.status !== 'ready') throw new Error('Redis is not connected');
      for (let start = 0; start < partitions.length; start += RING_LIMIT) {
        const jobs = partitions.slice(start, start + RING_LIMIT).map((partition) => ({
          name: 'drain',
          data: { partition, lane },
          opts: {
            deduplication: { id: `${BELL_NAMES[lane][bell]}${partition}`, keepLastIfActive: true },
            removeOnComplete: true,
            removeOnFail: true,
          },
        }));
        await withDeadline(queue.addBulk(jobs), RING_MS);
      }
    },
    async answers() {
      if (redis.status !== 'ready') return false;
      return withDeadline(redis.ping(), RING_MS).then(
        () => true,
        () => false,
      );
    },
    close() {
      redis.disconnect();
    },
  };
}

export interface DoorbellListener {
  /** Stops taking rings and waits, up to a second, until those being answered are. */
  stop(): Promise<void>;
}

/**
 * Calls `answer` for each ring, up to `concurrency` at once over all partitions. Whether BullMQ still considers a ring ours
 * does not matter: safety comes from the database's locks.
 */
export function listenToDoorbell(options: {
  url: string;
  prefix: string;
  concurrency: number;
  answer: (ring: Ring) => Promise<void>;
  onError: (error: Error) => void;
}): DoorbellListener {
  const redis = connectReceiver(options.url, options.onError);
  const worker = new Worker<Ring>(
    QUEUE,
    async (job: Job<Ring>) => {
      await options.answer(job.data);
    },
    {
      connection: redis,
      prefix: options.prefix,
      concurrency: options.concurrency,
      lockDuration: 15_000,
      stalledInterval: 5_000,
      // A ring whose worker died is good as ever; by default the second crash would fail it.
      maxStalledCount: 1_000_000,
      // After an error of Redis the worker pauses this long; the default of 15 s is how long nothing would be taken.
      runRetryDelay: 1_000,
    },
  );
  worker.on('error', options.onError);
  return {
    async stop() {
      // Without Redis there is nothing to hand back, and nobody to wait for.
      const force = redis.status !== 'ready';
      await withDeadline(worker.close(force), RING_MS).catch(options.onError);
      redis.disconnect();
    },
  };
}
