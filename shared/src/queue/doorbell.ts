import { type Job, Queue } from 'bullmq';
import { connectSender, withDeadline } from './connection.ts';
import { type QueueState, stateOf } from './queue-state.ts';
import { type QueueConnection, type QueueListener, listenToQueue } from './queue-listener.ts';

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
  /** Whether Redis takes rings: whether a script may write in the queue's slot, and the last ring was not refused. */
  state(): Promise<QueueState>;
  close(): void;
}

/** A ring that was refused less than this ago is believed, whatever a probe says. So is the reason of a lost connection. */
const REFUSED_MS = 5_000;
const PROBE_EXPIRES_MS = '60000';
const PROBE = `return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])`;

export function createDoorbell(options: QueueConnection): Doorbell {
  const { prefix, onError } = options;
  const ring = createMemory();
  const connection = createMemory();
  const redis = connectSender(options, (error) => {
    connection.note(stateOf(error));
    onError(error);
  });
  const queue = new Queue<Ring>(QUEUE, { connection: redis, prefix, skipVersionCheck: true });
  queue.on('error', onError);
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
        try {
          await withDeadline(queue.addBulk(jobs), RING_MS);
        } catch (error) {
          ring.note(stateOf(error));
          throw error;
        }
      }
    },
    async state() {
      if (redis.status !== 'ready') return connection.recall() ?? 'down';
      const probe = redis.eval(PROBE, 1, `${prefix}:${QUEUE}:probe`, PROBE_EXPIRES_MS);
      const state = await withDeadline(probe, RING_MS).then(() => 'up' as const, stateOf);
      // Before it leaves a server that refuses.
      if (state !== 'up') connection.note(state);
      return state === 'up' ? (ring.recall() ?? 'up') : state;
    },
    close() {
      redis.disconnect();
    },
  };
}

/** What was last wrong, as long as it is to be believed. Nothing is known of why a server is away but from it. */
function createMemory() {
  let noted: { readonly state: QueueState; readonly at: number } | undefined;
  const isFresh = (): boolean => noted !== undefined && performance.now() - noted.at < REFUSED_MS;
  return {
    note(state: QueueState): void {
      if (state === 'down' && isFresh()) return;
      noted = { state, at: performance.now() };
    },
    recall: (): QueueState | undefined => (isFresh() ? noted?.state : undefined),
  };
}

/**
 * Calls `answer` for each ring, up to `concurrency` at once over all partitions. Whether BullMQ still considers a ring ours
 * does not matter: safety comes from the database's locks.
 */
export function listenToDoorbell(
  options: QueueConnection & { concurrency: number; answer: (ring: Ring) => Promise<void> },
): QueueListener {
  const settings = { concurrency: options.concurrency, lockDuration: 15_000, stalledInterval: 5_000 };
  return listenToQueue(QUEUE, options, (job: Job<Ring>) => options.answer(job.data), settings);
}
