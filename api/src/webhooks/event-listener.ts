import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { FeedPage, FeedPlace } from '@wallet/shared/database/tables/events';
import type { EventType } from '@wallet/shared/words/event';
import { writeCursor } from './feed-cursors.ts';
import { bytesOf, chunksOf, encodeBlock } from './feed-frames.ts';
import type { FeedTail, Follower } from './feed-tail.ts';

/** How many events one listener reads at once by itself. */
export const STREAM_PAGE = 200;
/** A listener that has not taken this much is behind: it is sent nothing until it has, and then reads by itself. */
const UNTAKEN_BYTES = 256 * 1024;
/** How soon a client is to connect again, drawn from this range: after a restart not all of them come at once. */
const RETRY_MS = [1_000, 3_000] as const;

export interface StreamOptions {
  readonly types: readonly EventType[] | null;
  /** Behind it the stream begins. */
  readonly place: FeedPlace;
  /** What was read there already; null if it is the end of the feed. */
  readonly page: FeedPage | null;
  readonly stillMay: () => Promise<boolean>;
}

/** One stream: where it is in the feed, and what it takes. */
export interface Listener extends Follower {
  readonly hasEnded: boolean;
  /** Whether its last page was the last of the feed. */
  readonly isAtEnd: boolean;
  /** Resolves when all was taken that was sent, or it has ended. */
  untilTaken(): Promise<void>;
  /** Sends what it has read by itself, no faster than it is taken. */
  sendPage(page: FeedPage): Promise<void>;
  /** Follows the tail for as long as it keeps up. @returns false, at once, if the tail is further. */
  follow(tail: FeedTail): Promise<boolean>;
  /** Shows that the connection is alive, and how far the listener is although it was told nothing. */
  beat(): void;
  /** Ends it if its key no longer allows it to listen. */
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
    // It ends with the connection, which says so.
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
      // Of some types, a page ends where it has looked at enough of the others.
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
