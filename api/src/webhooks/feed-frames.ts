import type { EventType } from '@wallet/shared/words/event';
import type { FeedEvent, FeedPage } from '@wallet/shared/database/tables/events';
import { writeCursor } from './feed-cursors.ts';
import { eventText } from './webhook-resources.ts';

/**
 * Events of the feed in the form of a stream (WHATWG HTML, "Server-sent events"). Existing libraries, such as
 * better-sse, write whatever is pushed, even to a client that reads nothing, and so cannot serve an endless feed.
 */

/** The fields of one block of the stream. Its values are single lines: cursors, types, JSON. */
interface Block {
  readonly comment?: string;
  readonly retry?: number;
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A block as text. Without `data` it delivers no event, but the position and the reconnect delay. */
export function encodeBlock({ comment, ...fields }: Block): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  return `${comment === undefined ? '' : `: ${comment}\n`}${lines.join('')}\n`;
}

/** About how much is handed to a connection at once. */
const CHUNK_BYTES = 64 * 1024;

interface Frame {
  readonly position: bigint;
  readonly type: EventType;
  readonly bytes: Buffer;
}

/** Consecutive events. `first` and `last` are the positions of the first and the last of them. */
export interface Chunk {
  readonly first: bigint;
  readonly last: bigint;
  readonly frames: readonly Frame[];
}

/** The events of a page, made into frames once for every listener, in chunks. */
export function* chunksOf({ events, place }: FeedPage): Generator<Chunk> {
  let frames: Frame[] = [];
  let size = 0;
  for (const [index, event] of events.entries()) {
    const frame = frameOf(event, place.epochId);
    frames.push(frame);
    size += frame.bytes.length;
    if (size < CHUNK_BYTES && index < events.length - 1) continue;
    yield { first: frames[0]?.position ?? event.position, last: event.position, frames };
    frames = [];
    size = 0;
  }
}

function frameOf(event: FeedEvent, epochId: string | null): Frame {
  const { position, type } = event;
  const id = writeCursor({ epochId, position });
  // A line end can only be between the parts of the JSON.
  const data = eventText(event).replace(/[\r\n]+/g, ' ');
  return { position, type, bytes: Buffer.from(encodeBlock({ id, event: type, data })) };
}

/** The events of the types (null: all of them) as one piece. */
export function bytesOf({ frames }: Chunk, types: readonly EventType[] | null): Buffer {
  return Buffer.concat(frames.filter(({ type }) => types === null || types.includes(type)).map(({ bytes }) => bytes));
}
