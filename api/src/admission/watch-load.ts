import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Database } from '@wallet/shared/database/pool';
import { type Backlog, readBacklog } from '@wallet/shared/database/tables/pending-operations';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { sleep } from '@wallet/shared/process/repeat';
import type { Priority } from '@wallet/shared/words/operation';
import type { Load } from './admission.ts';

/** How often to read the backlog. */
const SAMPLE_MS = 250;
/** Reading takes at most this share of the time, unless the pause for that would exceed the longest. */
const SAMPLE_SHARE = 0.05;
/**
 * The longest pause between two reads, and the longest read. Until the next sample, everything accepted counts as
 * pending: after a database had stalled for 3 s the pause was 60 s, in which 10,353 operations were rejected while
 * nothing was pending.
 */
const LONGEST_PAUSE_MS = 1_000;
const LONGEST_LOOK_MS = 2_000;
/**
 * Once this process has accepted this share of the permitted backlog since the last sample, the next read starts
 * immediately.
 */
const UNSEEN_SHARE = 0.25;
/** The backlog is counted up to this multiple of the permitted one. */
const COUNTED_SHARE = 2;
/** The resolution of the event loop's delay; the measured delay includes it. */
const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

export interface LoadWatch extends Load {
  /** This process accepted operations. */
  accepted(priority: Priority): void;
  stop(): Promise<void>;
}

/**
 * Watches the load: the backlog in the database, read a few times a second, and the delay of this process. While the
 * database cannot be read, the last sample stays, and operations accepted by this process are added to it: so it
 * continues to accept for a while, but not indefinitely.
 */
export function watchLoad(options: {
  /** The pool for reading the backlog. */
  database: Database;
  /** The pool whose connections store operations. */
  storing: Database;
  partitions: number;
  /** The permitted number of pending single operations of a priority. */
  pendingLimit: number;
  log: Logger;
}): LoadWatch {
  const { database, storing, partitions, pendingLimit } = options;
  const onError = logErrors(options.log, 'reading the backlog failed');
  const stopping = new AbortController();
  const total: Record<Priority, number> = { high: 0, low: 0 };
  let counted = { ...total };
  let backlog: readonly Backlog[] = [];
  let lagMs = 0;
  let lastLagMs = 0;
  /** Ends the pause. */
  let wanted = new AbortController();
  const turn = createTurnClock();
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();

  const acceptedSince = (priority: Priority): number => total[priority] - counted[priority];
  const isUnseen = (): boolean => Math.max(acceptedSince('high'), acceptedSince('low')) > UNSEEN_SHARE * pendingLimit;

  /** Takes a sample. @returns how long to wait before the next one, in milliseconds. */
  async function sample(): Promise<number> {
    const begun = performance.now();
    // Operations accepted while the statement runs may or may not be counted by it: they are added.
    const before = { ...total };
    try {
      backlog = await readBacklog(database, partitions, COUNTED_SHARE * pendingLimit, LONGEST_LOOK_MS);
      counted = before;
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
      return SAMPLE_MS;
    }
    return Math.min(Math.max(SAMPLE_MS, (performance.now() - begun) / SAMPLE_SHARE), LONGEST_PAUSE_MS);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pause = await sample();
      await sleep(SAMPLE_MS, stopping.signal);
      if (!isUnseen()) {
        wanted = new AbortController();
        await sleep(pause - SAMPLE_MS, AbortSignal.any([stopping.signal, wanted.signal]));
      }
      if (delays.count > 0) {
        const lag = Math.max(0, delays.mean / NANOSECONDS - RESOLUTION_MS);
        // A process that is late once, at its start or during a moment without a processor, is not overloaded.
        lagMs = Math.min(lag, lastLagMs);
        lastLagMs = lag;
      }
      delays.reset();
    }
  }

  const running = run();
  return {
    get backlog() {
      return backlog;
    },
    acceptedSince,
    waitingForConnection: () => storing.waitingCount,
    eventLoopMs: () => lagMs,
    turnMs: turn,
    accepted(priority) {
      total[priority] += 1;
      // `abort` makes an error even if it was called before.
      if (isUnseen() && !wanted.signal.aborted) wanted.abort();
    },
    async stop() {
      stopping.abort();
      delays.disable();
      await running;
    },
  };
}

/**
 * Makes a function that returns for how many milliseconds the current turn of the event loop has been answering
 * requests. A request that comes late in a long turn has already waited that long, and others wait for its end: this is
 * known at once, before the delay has been measured.
 */
function createTurnClock(): () => number {
  let begun: number | null = null;
  return () => {
    const now = performance.now();
    if (begun === null) {
      begun = now;
      setImmediate(() => {
        begun = null;
      });
    }
    return now - begun;
  };
}
