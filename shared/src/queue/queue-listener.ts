import { type Job, Worker, type WorkerOptions } from 'bullmq';
import { connectReceiver, withDeadline } from './connection.ts';
import type { RedisAddress } from './redis-address.ts';

/**
 * BullMQ asks Redis again at once after an error that is not the connection's. A Redis that refuses a command (an ACL, a
 * demoted primary, a node of a cluster that does not own the slot) kept it busy with nothing else: 102 % of a processor. So
 * the listener rests for this long after each.
 */
const REST_MS = 1_000;
/** A listener that was refused something less than this ago is taken to hear nothing. */
const REFUSED_MS = 5_000;
const STOP_MS = 1_000;
/** How long BullMQ waits for a job before it asks again: so late is a server noticed that is frozen, or was cut off. */
const POLL_S = 2;

export interface QueueListener {
  /** Whether Redis lets the listener take jobs, as far as is known. A connection that is down is another matter. */
  isRefused(): boolean;
  /** Stops taking jobs and waits, up to a second, until those being handled are done. */
  stop(): Promise<void>;
}

/** Where a queue is, and who is told of errors. */
export interface QueueConnection extends RedisAddress {
  /** The beginning of the names of all keys. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

/** Calls `handle` with each job of the queue, up to `concurrency` at once. What it throws is lost. */
export function listenToQueue(
  queue: string,
  connection: QueueConnection,
  handle: (job: Job) => Promise<void>,
  options: Pick<WorkerOptions, 'concurrency' | 'lockDuration' | 'stalledInterval'>,
): QueueListener {
  const { prefix, onError } = connection;
  const redis = connectReceiver(connection, onError);
  const worker = new Worker(queue, handle, {
    ...options,
    connection: redis,
    prefix,
    // A job whose worker died is good as ever; by default the second crash would fail it.
    maxStalledCount: 1_000_000,
    drainDelay: POLL_S,
    // After an error of the connection the worker pauses this long; the default of 15 s is how long nothing would be taken.
    runRetryDelay: REST_MS,
    // It asks for INFO, and is never ready where that is refused.
    skipVersionCheck: true,
  });
  let refusedAt = -Infinity;
  let rest: NodeJS.Timeout | undefined;

  worker.on('error', (error) => {
    onError(error);
    if (isOfConnection(error)) return;
    refusedAt = performance.now();
    if (rest !== undefined) return;
    void worker.pause(true);
    rest = setTimeout(() => {
      rest = undefined;
      void worker.resume();
    }, REST_MS);
  });

  return {
    isRefused: () => performance.now() - refusedAt < REFUSED_MS,
    async stop() {
      clearTimeout(rest);
      // Without Redis there is nothing to hand back, and nobody to wait for.
      const force = redis.status !== 'ready' || rest !== undefined;
      await withDeadline(worker.close(force), STOP_MS).catch(onError);
      redis.disconnect();
    },
  };
}

/** Whether the connection failed, and not a command on it. */
function isOfConnection(error: Error): boolean {
  return 'syscall' in error || error.message === 'Connection is closed.';
}
