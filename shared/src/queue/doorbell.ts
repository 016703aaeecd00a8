import { type Job, Queue } from 'bullmq';
import { connectSender, withDeadline } from './connection.ts';
import { type QueueState, stateOf } from './queue-state.ts';
import { type QueueConnection, type QueueListener, listenToQueue } from './queue-listener.ts';

/**
 * The doorbell of the partitions: a BullMQ queue that holds at most one waiting job per partition and lane, "partition
 * 7 has work". It only wakes workers; the work is in Postgres. A lost ring makes an operation late, nothing else.
 */

/** The hash tag keeps the queue's keys in one slot of a Redis Cluster. */
const QUEUE = '{wallet-ops}';
const RING_MS = 1_000;
/** `addBulk` is one pipeline; this is the most that one may contain. */
const RING_LIMIT = 1_000;

/**
 * The version of a ring's meaning. It rises when a worker of the previous version would misread a ring: such a worker
 * hands it back, and BullMQ gives it to the next worker as often as its `attempts` say. Rings without a version are of
 * version 1, and a version that only adds to what a ring says keeps the number: so each version answers the rings of
 * the other.
 */
const RING_VERSION = 1;

/** Which workers a ring wakes: those for single operations of high priority, or those for everything else. */
export type Lane = 'high' | 'bulk';

export interface Ring {
  readonly partition: number;
  readonly lane: Lane;
}

type RingData = Ring & { readonly version?: number };

/** Which of a lane's two bells: `sweep` works even if a dead worker still holds the job of the other. */
export type Bell = 'accept' | 'sweep';

const BELL_NAMES = {
  high: { accept: 'p', sweep: 's' },
  bulk: { accept: 'b', sweep: 't' },
} as const satisfies Record<Lane, Record<Bell, string>>;

export interface Doorbell {
  /** Rings for a lane of the partitions. @throws Error within about a second if Redis does not accept it. */
  ring(partitions: readonly number[], lane: Lane, bell: Bell): Promise<void>;
  /** Whether Redis accepts rings: a script may write in the queue's slot, and the last ring was not refused. */
  state(): Promise<QueueState>;
  close(): void;
}

/** A refused ring, or the reason of a lost connection, counts for this long, whatever a probe says. */
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
      // Noted before the connection leaves a server that refuses.
      if (state !== 'up') connection.note(state);
      return state === 'up' ? (ring.recall() ?? 'up') : state;
    },
    close() {
      redis.disconnect();
    },
  };
}

/** The last problem, while it still counts. Only that tells why a server does not answer. */
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
 * Calls `answer` for each ring, up to `concurrency` at once over all partitions. A ring of a newer version is left to
 * workers that know it, after `onNewer` is called: if none of them takes it, their sweepers find its operations.
 * Whether BullMQ still considers a ring ours does not matter: the database's locks provide the safety.
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
