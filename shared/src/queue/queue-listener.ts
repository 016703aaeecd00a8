import { type Job, Worker, type WorkerOptions } from 'bullmq';
import { connectReceiver, withDeadline } from './connection.ts';
import type { RedisAddress } from './redis-address.ts';

/**
 * BullMQ retries at once after an error that is not the connection's. A Redis that refused a command (an ACL, a demoted
 * primary, a node of a cluster that does not own the slot) kept it at 102 % of a processor. So the listener pauses for
 * this long after each.
 */
const REST_MS = 1_000;
/** A listener whose command was refused less than this ago is assumed to receive nothing. */
const REFUSED_MS = 5_000;
const STOP_MS = 1_000;
/** How long BullMQ waits for a job before it asks again, and so how late a frozen or cut-off server is noticed. */
const POLL_S = 2;

export interface QueueListener {
  /** Whether Redis lets the listener take jobs, as far as is known. A lost connection is a separate matter. */
  isRefused(): boolean;
  /** Stops taking jobs and waits, up to a second, until those being handled are done. */
  stop(): Promise<void>;
}

/** Where a queue is, and who hears of errors. */
export interface QueueConnection extends RedisAddress {
  /** The prefix of all keys. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

/** Calls `handle` with each job of the queue, up to `concurrency` at once. Errors of `handle` are ignored. */
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
    // A job whose worker died is still valid; by default the second crash would fail it.
    maxStalledCount: 1_000_000,
    drainDelay: POLL_S,
    // The worker pauses this long after a connection error; for the default of 15 s nothing would be taken.
    runRetryDelay: REST_MS,
    // The check uses INFO, and never passes if that is refused.
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
      // Without Redis there is no job to hand back, and nothing to wait for.
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
