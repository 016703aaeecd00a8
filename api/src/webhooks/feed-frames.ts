import type { EventType } from '@wallet/shared/words/event';
import type { FeedEvent, FeedPage } from '@wallet/shared/database/tables/events';
import { writeCursor } from './feed-cursors.ts';
import { eventText } from './webhook-resources.ts';

/**
 * Events of the feed as they are sent in a stream (WHATWG HTML, "Server-sent events"). The libraries that serve it, such as
 * better-sse, write whatever is pushed, also to a client that takes nothing, and so cannot serve a feed without an end.
 */

/** What one block of the stream says. Its values are single lines: cursors, types, JSON. */
interface Block {
  readonly comment?: string;
  readonly retry?: number;
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** A block as text. Without `data` it tells a client no event, but where to read on and when. */
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

/** Events that follow each other. `first` and `last` are the places of the first and the last of them. */
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
  // A line end can only stand between the parts of the JSON.
  const data = eventText(event).replace(/[\r\n]+/g, ' ');
  return { position, type, bytes: Buffer.from(encodeBlock({ id, event: type, data })) };
}

/** Those of the types (null: all of them) as one piece. */
export function bytesOf({ frames }: Chunk, types: readonly EventType[] | null): Buffer {
  return Buffer.concat(frames.filter(({ type }) => types === null || types.includes(type)).map(({ bytes }) => bytes));
}
