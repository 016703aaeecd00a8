import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { FeedPage, FeedPlace } from '@wallet/shared/database/tables/events';
import type { EventType } from '@wallet/shared/words/event';
import { writeCursor } from './feed-cursors.ts';
import { bytesOf, chunksOf, encodeBlock } from './feed-frames.ts';
import type { FeedTail, Follower } from './feed-tail.ts';

/** How many events one listener reads at once on its own. */
export const STREAM_PAGE = 200;
/**
 * A listener with this much unread data is behind: it is sent nothing until it has read it, and then reads on its own.
 */
const UNTAKEN_BYTES = 256 * 1024;
/** The range of the reconnect delay, drawn at random: after a restart clients do not all reconnect at once. */
const RETRY_MS = [1_000, 3_000] as const;

export interface StreamOptions {
  readonly types: readonly EventType[] | null;
  /** The stream begins after it. */
  readonly place: FeedPlace;
  /** The first page, if it was read already; null at the end of the feed. */
  readonly page: FeedPage | null;
  readonly stillMay: () => Promise<boolean>;
}

/** One stream: its position in the feed, and its connection. */
export interface Listener extends Follower {
  readonly hasEnded: boolean;
  /** Whether its last page was the last of the feed. */
  readonly isAtEnd: boolean;
  /** Resolves when all sent data was read, or the stream has ended. */
  untilTaken(): Promise<void>;
  /** Sends pages that it reads on its own, no faster than the client reads them. */
  sendPage(page: FeedPage): Promise<void>;
  /** Follows the tail for as long as it keeps up. @returns false, at once, if the tail is further. */
  follow(tail: FeedTail): Promise<boolean>;
  /** Shows that the connection is alive, and the listener's position even if it was sent nothing. */
  beat(): void;
  /** Ends it if its key no longer permits it. */
  recheck(): Promise<void>;
  end(): void;
}

export function createListener(to: Writable, { types, stillMay, ...begin }: StreamOptions): Listener {
  const over = new AbortController();
  let place = begin.place;
  let toldPlace = place;
  let isAtEnd = begin.page === null;
  let leave: (() => void) | null = null;
  const end = (): void => {
    over.abort();
    leave?.();
  };
  const untilTaken = async (): Promise<void> => {
    if (!to.writableNeedDrain || over.signal.aborted) return;
    // It ends with the connection, which reports that.
    await once(to, 'drain', { signal: over.signal }).catch(() => undefined);
  };
  if (to.destroyed) end();
  else to.once('close', end);
  const [soonest, latest] = RETRY_MS;
  const retry = Math.round(soonest + Math.random() * (latest - soonest));
  to.write(encodeBlock({ retry, id: writeCursor(place) }));
  return {
    types,
    get place() {
      return place;
    },
    get hasEnded() {
      return over.signal.aborted;
    },
    get isAtEnd() {
      return isAtEnd;
    },
    untilTaken,
    async sendPage(page) {
      for (const chunk of chunksOf(page)) {
        to.write(bytesOf(chunk, types));
        await untilTaken();
        if (over.signal.aborted) return;
      }
      // With a type filter, a page may end after examining enough other events.
      isAtEnd = page.place.position === place.position || (types === null && page.events.length < STREAM_PAGE);
      place = page.place;
    },
    take(bytes, reached) {
      if (over.signal.aborted || to.writableLength > UNTAKEN_BYTES) return false;
      if (bytes.length > 0) to.write(bytes);
      place = reached;
      return true;
    },
    left(reason) {
      if (reason === 'ended') end();
      isAtEnd = false;
      leave?.();
    },
    async follow(tail) {
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      if (!tail.join(this)) return false;
      if (!over.signal.aborted) await left;
      return true;
    },
    beat() {
      if (to.writableNeedDrain || over.signal.aborted) return;
      const isFurther = place !== toldPlace;
      toldPlace = place;
      to.write(encodeBlock({ comment: 'keep-alive', ...(isFurther && { id: writeCursor(place) }) }));
    },
    async recheck() {
      if (!(await stillMay())) end();
    },
    end,
  };
}
