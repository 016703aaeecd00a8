import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { type Backlog, readBacklog } from '@wallet/shared/database/tables/pending-operations';
import type { Logger } from '@wallet/shared/logger';
import type { Priority } from '@wallet/shared/operation';
import type { Load } from './admission.ts';

/** How often to look at what waits. */
const SAMPLE_MS = 250;
/** Looking takes at most this share of the time, however slow the database is. */
const SAMPLE_SHARE = 0.05;
/** How finely the delay of the event loop is measured; the measurement contains as much. */
const RESOLUTION_MS = 10;
const NANOSECONDS = 1e6;

export interface LoadWatch extends Load {
  /** This process accepted operations. */
  accepted(priority: Priority): void;
  stop(): Promise<void>;
}

/**
 * Watches the load: what waits in the database, by looking a few times a second, and how late this process is. If the database
 * cannot be looked at, what was last seen stands, and what this process accepts meanwhile is added to it: so it goes on
 * accepting for a while, but not for ever.
 */
export function watchLoad(options: {
  /** To look at what waits. */
  database: Database;
  /** The pool whose connections store operations. */
  storing: Database;
  partitions: number;
  /** Of single operations of a priority, more need not be counted. */
  countLimit: number;
  log: Logger;
}): LoadWatch {
  const { database, storing, partitions, countLimit, log } = options;
  const stopping = new AbortController();
  const total: Record<Priority, number> = { high: 0, low: 0 };
  let counted = { ...total };
  let backlog: readonly Backlog[] = [];
  let lagMs = 0;
  let lastLagMs = 0;
  const turn = createTurnClock();
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const begun = performance.now();
      // What is accepted while the statement runs may or may not be counted by it: it is added.
      const before = { ...total };
      try {
        backlog = await readBacklog(database, partitions, countLimit);
        counted = before;
      } catch (error) {
        log.warn({ err: error }, 'looking at what waits failed');
      }
      const pause = Math.max(SAMPLE_MS, (performance.now() - begun) / SAMPLE_SHARE);
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (delays.count > 0) {
        const lag = Math.max(0, delays.mean / NANOSECONDS - RESOLUTION_MS);
        // Who is late once, at its start or in a moment without a processor, is not overloaded.
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
    acceptedSince: (priority) => total[priority] - counted[priority],
    waitingForConnection: () => storing.waitingCount,
    eventLoopMs: () => lagMs,
    turnMs: turn,
    accepted(priority) {
      total[priority] += 1;
    },
    async stop() {
      stopping.abort();
      delays.disable();
      await running;
    },
  };
}

/**
 * Makes the function that tells for how many milliseconds the current turn of the event loop has been answering requests. What
 * comes late in a long turn has waited for so long already, and others wait for its end: it is known at once, not only when
 * the delay has been measured.
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
