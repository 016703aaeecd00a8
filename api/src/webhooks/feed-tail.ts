import { setImmediate as immediate } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';
import { type FeedPage, type FeedPlace, readFeed } from '@wallet/shared/database/tables/events';
import { gather } from '@wallet/shared/process/gather';
import type { EventType } from '@wallet/shared/words/event';
import { type Chunk, bytesOf, chunksOf } from './feed-frames.ts';

/** How often to look without an announcement: it may have been lost, or Redis may be down. */
const LOOK_MS = 500;
/** The most events of one look. */
const PAGE = 200;

/** How many listeners are sent to in one turn of the event loop: requests are answered in between. */
const TOLD_AT_ONCE = 50;

/** A listener that has read everything, and is sent new events. */
export interface Follower {
  /** Null: all of them. */
  readonly types: readonly EventType[] | null;
  readonly place: FeedPlace;
  /**
   * The events after its position, up to `place`. @returns whether they were taken. If not, it stops following and
   * reads on its own from its position.
   */
  take(bytes: Buffer, place: FeedPlace): boolean;
  /** It has stopped following, because of the result of `take`, or because of `reason`. */
  left(reason: 'behind' | 'ended'): void;
}

/** The end of the feed, read once for all its followers. */
export interface FeedTail {
  /** Whether the follower is at the end, or further, and so follows from now on. */
  join(follower: Follower): boolean;
  leave(follower: Follower): void;
  /** There may be more. */
  hear(): void;
  stop(): void;
}

export function createFeedTail(database: Database, onError: (error: unknown) => void): FeedTail {
  const followers = new Set<Follower>();
  let place: FeedPlace | null = null;
  let isLooking = false;

  const looks = gather<'look'>(async () => {
    isLooking = true;
    try {
      await readToEnd();
    } catch (error) {
      onError(error);
    } finally {
      isLooking = false;
    }
  });
  const hear = (): void => {
    if (followers.size > 0) looks.add(['look']);
  };
  const timer = setInterval(hear, LOOK_MS);

  async function readToEnd(): Promise<void> {
    while (followers.size > 0 && place !== null) {
      const from: FeedPlace = place;
      const types = unionOf(followers);
      const page = await readFeed(database, from, types, PAGE);
      if (typeof page === 'string') {
        for (const follower of followers) drop(follower, 'ended');
        return;
      }
      await tell(page, types);
      if (page.place.position === from.position) return;
    }
  }

  async function tell(page: FeedPage, types: readonly EventType[] | null): Promise<void> {
    const { epochId } = page.place;
    for (const chunk of chunksOf(page)) {
      const made = new Map<string, Buffer>();
      let told = 0;
      for (const follower of followers) {
        if (!tellChunk(follower, { chunk, epochId, types, made })) drop(follower, 'behind');
        told += 1;
        if (told % TOLD_AT_ONCE === 0) await immediate();
      }
      place = { epochId, position: chunk.last };
      // Written data goes out before there is more.
      await immediate();
    }
    place = page.place;
    for (const follower of followers) {
      if (follower.place.position >= page.place.position) continue;
      if (!covers(types, follower.types) || !follower.take(NOTHING, page.place)) drop(follower, 'behind');
    }
  }

  function drop(follower: Follower, reason: 'behind' | 'ended'): void {
    followers.delete(follower);
    follower.left(reason);
  }

  return {
    join(follower) {
      // Without followers, the end is where this one has read to.
      if (followers.size === 0 && !isLooking) place = follower.place;
      const { epochId, position } = follower.place;
      const isAt = place?.epochId === epochId && position >= place.position;
      if (isAt) followers.add(follower);
      hear();
      return isAt;
    },
    leave(follower) {
      followers.delete(follower);
    },
    hear,
    stop() {
      clearInterval(timer);
      followers.clear();
    },
  };
}

/**
 * @returns whether it continues to follow. Pages it has read in part, and types that were not read for it, it reads on
 * its own.
 */
function tellChunk(
  follower: Follower,
  parts: { chunk: Chunk; epochId: string | null; types: readonly EventType[] | null; made: Map<string, Buffer> },
): boolean {
  const { chunk, epochId, types, made } = parts;
  const { position } = follower.place;
  // It had read that before it joined.
  if (position >= chunk.last) return true;
  if (position >= chunk.first || !covers(types, follower.types)) return false;
  const key = follower.types?.join(' ') ?? '*';
  const bytes = made.get(key) ?? bytesOf(chunk, follower.types);
  made.set(key, bytes);
  return follower.take(bytes, { epochId, position: chunk.last });
}

const NOTHING = Buffer.alloc(0);

/** The types that any of them wants; null: all. */
function unionOf(followers: Iterable<Follower>): readonly EventType[] | null {
  const wanted = new Set<EventType>();
  for (const { types } of followers) {
    if (types === null) return null;
    for (const type of types) wanted.add(type);
  }
  return [...wanted];
}

function covers(read: readonly EventType[] | null, wanted: readonly EventType[] | null): boolean {
  return read === null || wanted?.every((type) => read.includes(type)) === true;
}
