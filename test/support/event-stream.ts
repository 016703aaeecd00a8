import { type IncomingMessage, request } from 'node:http';
import { until } from './keys.ts';

interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** A listener at `/events/stream`, which reads unless it is paused. */
export interface EventListener {
  readonly headers: IncomingMessage['headers'];
  readonly events: readonly StreamedEvent[];
  /** What arrived, including comments. */
  readonly text: string;
  /** The last id that was named, with an event or without. */
  readonly lastId: string;
  /** How the answer ended: `end` if completely. Null until then. */
  readonly ended: 'end' | 'aborted' | null;
  pause(): void;
  resume(): void;
  untilTold(count: number): Promise<readonly StreamedEvent[]>;
  close(): void;
}

/** Listens; fails unless the answer is 200. */
export async function listenToEvents(
  url: string,
  { query = '', headers = {} }: { query?: string; headers?: Record<string, string> } = {},
): Promise<EventListener> {
  const outgoing = request(`${url}/events/stream${query}`, { headers });
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject).end();
  });
  outgoing.on('error', () => undefined);
  if (incoming.statusCode !== 200) throw new Error(`the stream answered ${incoming.statusCode}`);
  const events: StreamedEvent[] = [];
  let [text, rest, lastId] = ['', '', ''];
  let ended: EventListener['ended'] = null;
  incoming.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const field = (name: string): string => new RegExp(`^${name}: ([^\\n]*)`, 'm').exec(block)?.[1] ?? '';
      lastId = field('id') || lastId;
      if (field('data') !== '') events.push({ id: lastId, event: field('event'), data: field('data') });
    }
  });
  incoming.once('end', () => (ended = 'end'));
  incoming.on('error', () => (ended ??= 'aborted'));
  return {
    headers: incoming.headers,
    events,
    get text() {
      return text;
    },
    get lastId() {
      return lastId;
    },
    get ended() {
      return ended;
    },
    pause: () => incoming.pause(),
    resume: () => incoming.resume(),
    async untilTold(count) {
      await until(`${count} events`, () => events.length >= count);
      return events;
    },
    close() {
      outgoing.destroy();
    },
  };
}
