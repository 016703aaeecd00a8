import { type Answer, type Query, call, toOutgoing } from './call.ts';
import { WalletApiError, WalletDeadlineError } from './errors.ts';
import { type Filter, list, splitCallOptions } from './list.ts';
import type { Pages } from './pages.ts';
import { pause, pauseAfter } from './pause.ts';
import { readMessages } from './read-messages.ts';
import type { Event } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

type StreamQuery = Query<'/events/stream', 'get'>;

/** An event of the stream, and the cursor from which `stream` and `list` read on behind it. */
export interface StreamedEvent {
  readonly cursor: string;
  readonly event: Event;
}

/** The service sends a sign of life every 15 s. */
const SILENCE_MS = 45_000;

/** The feed of events: those of types that a webhook endpoint subscribes to. */
export class Events {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** @throws WalletApiError `event_not_found` */
  get(id: string, options: CallOptions = {}): Promise<Event> {
    return call(this.#sender, 'get', '/events/{id}', { params: { id } }, options);
  }

  /**
   * Events, oldest first, from the first that is kept or from behind the cursor `after`, to the last that there is now.
   * @throws WalletApiError `cursor_expired`, `epoch_ended`: `problem.continue_after` says where to read on
   */
  list(filter: Filter<'/events'> = {}): Pages<Event, Answer<'/events', 'get'>> {
    return list(this.#sender, '/events', filter, { after: 'after' });
  }

  /**
   * Events as they are recorded, until the signal is aborted: from now on, or from behind the cursor `after`. It connects again by
   * itself, and misses nothing meanwhile.
   * @throws WalletApiError as `list`; what the signal is aborted with
   */
  async *stream(filter: StreamQuery & CallOptions = {}): AsyncGenerator<StreamedEvent, void> {
    const [{ after, ...query }, options] = splitCallOptions(filter);
    let cursor = after;
    for (let failures = 0; ; failures += 1) {
      const sent = { query: cursor === undefined ? query : { ...query, after: cursor }, accept: 'text/event-stream' };
      const pieces = await this.#sender.open(toOutgoing('get', '/events/stream', sent), options, SILENCE_MS);
      try {
        for await (const message of readMessages(pieces)) {
          failures = 0;
          cursor = message.id ?? cursor;
          if (cursor !== undefined && message.data !== '') {
            yield { cursor, event: JSON.parse(message.data) as Event };
          }
        }
      } catch (error) {
        options.signal?.throwIfAborted();
        if (error instanceof WalletApiError || error instanceof WalletDeadlineError) throw error;
      }
      await pause(pauseAfter(failures + 1, 0, Math.random), options.signal);
    }
  }
}
