import type { Scope } from '@wallet/shared/words/api-key';
import type { Database } from '@wallet/shared/database/pool';
import { findFeedHead, readFeed } from '@wallet/shared/database/tables/events';
import type { Request } from 'express';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.ts';
import { pageQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { STREAM_PAGE } from './event-listener.ts';
import type { EventStreams } from './event-streams.ts';
import { readCursor, refusePlace, typeQuery, typesOf } from './feed-cursors.ts';

export interface StreamNeeds {
  readonly database: Database;
  readonly streams: EventStreams;
  /** Whether the key of a request still permits it. */
  readonly stillMay: (request: Request, scope: Scope) => Promise<boolean>;
}

const SCOPE = 'events:read';

/** Proxies must not buffer, cache or compress the stream. */
const HEADERS = { 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' };

const cursor = pageQuery.cursor.meta({
  description:
    'A `next_cursor` of `GET /events`, or the `id` of an event of this stream: what follows it is sent. Without it, what is recorded ' +
    'from now on.',
});

export const createStreamEndpoint = ({ database, streams, stillMay }: StreamNeeds) =>
  endpoint({
    method: 'get',
    name: 'streamEvents',
    paths: ['/events/stream'],
    tag: 'Webhooks',
    summary: 'Read the feed of events as it grows',
    description: 'Server-sent events, as the `EventSource` of browsers reads them.',
    scope: SCOPE,
    params: null,
    query: z.strictObject({ after: cursor, ...typeQuery }),
    headers: z.object({
      'Last-Event-ID': cursor.meta({
        description:
          'The last `id` that was received, which browsers send when they reconnect. It overrides `after`. The ' +
          'answer is `410` in the same cases as for `GET /events`: continue as the problem says.',
      }),
    }),
    body: null,
    answers: { 200: null },
    downloads: {
      'text/event-stream': z.string().meta({
        description:
          'An event: `event` is its type, `data` the event as `GET /events` has it, `id` its place in the feed. A comment comes ' +
          'every 15 s. The stream ends when the key is no longer valid for it, when the epoch ends, and when the ' +
          'process stops: reconnect with the last `id`.',
        example:
          'id: MTcz\nevent: wallet.frozen\ndata: {"id":"019f…","type":"wallet.frozen","timestamp":"2026-01-31T12:00:00.000Z",' +
          '"data":{"id":"019f…","status":"frozen","sequence":812}}\n\n',
      }),
    },
    problems: ['cursor_expired', 'epoch_ended', 'unavailable'],
    handle: async (input) => {
      const { request, query } = input;
      if (!streams.haveRoom()) {
        return new Problem('unavailable', 'The process has no room for another stream.', {
          headers: { 'Retry-After': '5' },
        });
      }
      const types = typesOf(query);
      const last = input.header('Last-Event-ID') ?? '';
      const after = last === '' ? readCursor(query.after, 'after') : readCursor(last, 'Last-Event-ID');
      const page = after === null ? null : await readFeed(database, after, types, STREAM_PAGE);
      if (typeof page === 'string') return refusePlace(database, after, page);
      const place = after ?? (await findFeedHead(database));
      return {
        status: 200,
        type: 'text/event-stream',
        headers: HEADERS,
        send: (to) => streams.send(to, { types, place, page, stillMay: () => stillMay(request, SCOPE) }),
      };
    },
  });
