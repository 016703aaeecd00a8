import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { readFeed } from '@wallet/shared/database/tables/events';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import pLimit from 'p-limit';
import { type Listener, STREAM_PAGE, type StreamOptions, createListener } from './event-listener.ts';
import { createFeedTail } from './feed-tail.ts';

/** The most streams of one process. */
const STREAMS_MOST = 10_000;
/** How many listeners read on their own at a time: others use the database too. */
const READING_AT_ONCE = 2;
const HEARTBEAT_MS = 15_000;
/** How often the keys of listeners are checked: the key ring knows of a change a second later. */
const RECHECK_MS = 2_000;
/** The pause after a failure, and of a listener at the end of another epoch than the tail. */
const REST_MS = 500;

/** The event streams of this process. */
export interface EventStreams {
  haveRoom(): boolean;
  /** Sends events until the client leaves, its key is revoked, or the process stops. */
  send(to: Writable, options: StreamOptions): Promise<void>;
  /** The feed has new events. */
  readonly hearFed: () => void;
  /** Ends every stream. */
  stop(): void;
}

/**
 * Listeners that have read everything share one read of new events. One that starts at an earlier position, or does not
 * keep up, reads on its own, page by page and no faster than its client, until it has caught up.
 */
export function createEventStreams(database: Database, log: Logger): EventStreams {
  const onError = logErrors(log, 'reading the feed for streams failed');
  const tail = createFeedTail(database, onError);
  const inTurn = pLimit(READING_AT_ONCE);
  const listeners = new Set<Listener>();
  let isStopped = false;
  const heartbeat = setInterval(() => {
    for (const listener of listeners) listener.beat();
  }, HEARTBEAT_MS);
  const recheck = setInterval(() => {
    for (const listener of listeners) listener.recheck().catch(onError);
  }, RECHECK_MS);

  /** Reads on its own until it can follow, and again when it is behind. */
  async function serve(listener: Listener): Promise<void> {
    for (;;) {
      await listener.untilTaken();
      if (listener.hasEnded) return;
      if (listener.isAtEnd) {
        if (await listener.follow(tail)) continue;
        await delay(REST_MS, undefined, { ref: false });
      }
      try {
        const page = await inTurn(() => readFeed(database, listener.place, listener.types, STREAM_PAGE));
        // It gets the reason when it reconnects.
        if (typeof page === 'string') return;
        await listener.sendPage(page);
      } catch (error) {
        onError(error);
        await delay(REST_MS, undefined, { ref: false });
      }
    }
  }

  return {
    haveRoom: () => !isStopped && listeners.size < STREAMS_MOST,
    async send(to, options) {
      const listener = createListener(to, options);
      listeners.add(listener);
      if (isStopped) listener.end();
      try {
        if (options.page !== null) await listener.sendPage(options.page);
        await serve(listener);
      } finally {
        listeners.delete(listener);
        tail.leave(listener);
        to.end();
      }
    },
    hearFed: () => {
      tail.hear();
    },
    stop() {
      isStopped = true;
      clearInterval(heartbeat);
      clearInterval(recheck);
      tail.stop();
      for (const listener of listeners) listener.end();
    },
  };
}
