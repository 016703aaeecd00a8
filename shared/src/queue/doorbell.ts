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

/**
 * What a ring means. It rises when a worker of the version before would take a ring for another: such a worker hands it back, and
 * BullMQ gives it to the next as often as the `attempts` say that came with it. Rings of before it was said are of version 1, and
 * a version that only adds to what a ring says leaves it as it is: so either version answers what the other rings.
 */
const RING_VERSION = 1;

/** Which workers a ring wakes: those that apply single operations of high priority, or those that apply all the others. */
export type Lane = 'high' | 'bulk';

export interface Ring {
  readonly partition: number;
  readonly lane: Lane;
}

type RingData = Ring & { readonly version?: number };

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
  const queue = new Queue<RingData>(QUEUE, { connection: redis, prefix, skipVersionCheck: true });
  queue.on('error', onError);
  return {
    async ring(partitions, lane, bell) {
      if (redis.status !== 'ready') throw new Error('Redis is not connected');
      for (let start = 0; start < partitions.length; start += RING_LIMIT) {
        const jobs = partitions.slice(start, start + RING_LIMIT).map((partition) => ({
          name: 'drain',
          data: { partition, lane, version: RING_VERSION },
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
 * Calls `answer` for each ring, up to `concurrency` at once over all partitions. A ring of a newer version is left to workers that
 * know it, and `onNewer` is told: if none of them takes it, their sweepers find what it was for. Whether BullMQ still considers a
 * ring ours does not matter: safety comes from the database's locks.
 */
export function listenToDoorbell(
  options: QueueConnection & { concurrency: number; answer: (ring: Ring) => Promise<void>; onNewer?: () => void },
): QueueListener {
  const settings = { concurrency: options.concurrency, lockDuration: 15_000, stalledInterval: 5_000 };
  const answer = async ({ data: { version = 1, ...ring } }: Job<RingData>): Promise<void> => {
    if (version > RING_VERSION) {
      options.onNewer?.();
      throw new Error(`a ring of version ${version}, and this program knows ${RING_VERSION}`);
    }
    await options.answer(ring);
  };
  return listenToQueue(QUEUE, options, answer, settings);
}
