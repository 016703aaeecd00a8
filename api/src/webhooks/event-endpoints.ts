import { findEvent, readFeed } from '@wallet/shared/database/tables/events';
import { JsonText } from '@wallet/shared/words/json-text';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { pageQuery } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { idParams } from '../http/schemas.ts';
import { readCursor, refusePlace, typeQuery, typesOf, writeCursor } from './feed-cursors.ts';
import { type StreamNeeds, createStreamEndpoint } from './stream-endpoint.ts';
import { eventText } from './webhook-resources.ts';

const TAG = 'Webhooks';

export type EventNeeds = StreamNeeds;

/** @param eventSchema the schema of an event, which contains the resources of other features. */
export function createEventEndpoints(needs: EventNeeds, eventSchema: z.ZodType): Endpoint[] {
  return [getEvents(needs, eventSchema), createStreamEndpoint(needs), getEvent(needs, eventSchema)];
}

const getEvents = ({ database }: EventNeeds, eventSchema: z.ZodType) =>
  endpoint({
    method: 'get',
    name: 'listEvents',
    paths: ['/events'],
    tag: TAG,
    summary: 'Read the feed of events, oldest first',
    description:
      'The `next_cursor` of each answer is the `after` of the next request; there is no last page. Only events of ' +
      'types that a webhook endpoint subscribes to are recorded.',
    scope: 'events:read',
    params: null,
    query: z.strictObject({
      after: pageQuery.cursor.meta({
        description:
          'The `next_cursor` of the last answer; without it, from the first event that is kept. If events behind it were deleted ' +
          'because of their age (`cursor_expired`), or it is of an epoch that has ended because a standby was promoted or a backup ' +
          'restored (`epoch_ended`), the answer is `410`.',
      }),
      limit: pageQuery.limit,
      ...typeQuery,
    }),
    body: null,
    answers: {
      200: z
        .strictObject({
          data: z.array(eventSchema),
          next_cursor: z.string().meta({
            description:
              'Where to continue; never null. If it differs from the cursor that was sent, there may be more at ' +
              'once, even if `data` is empty because of `type`.',
          }),
          epoch: z.string().nullable().meta({
            description:
              'The epoch of this page, which changes when a standby is promoted or a backup restored; null on a standby that has none.',
          }),
        })
        .meta({ id: 'Feed' }),
    },
    problems: ['cursor_expired', 'epoch_ended'],
    handle: async ({ query }) => {
      const after = readCursor(query.after, 'after');
      const page = await readFeed(database, after, typesOf(query), query.limit);
      if (typeof page === 'string') return refusePlace(database, after, page);
      const { events, place, epochId } = page;
      // The events are sent as they are stored, byte for byte.
      const data = events.map((event) => new JsonText(eventText(event)));
      return { status: 200, body: { data, next_cursor: writeCursor(place), epoch: epochId } };
    },
  });

const getEvent = ({ database }: EventNeeds, eventSchema: z.ZodType) =>
  endpoint({
    method: 'get',
    name: 'getEvent',
    paths: ['/events/{id}'],
    tag: TAG,
    summary: 'Read an event',
    description: 'It has the same content as its webhook.',
    params: idParams,
    query: null,
    body: null,
    scope: 'events:read',
    answers: { 200: eventSchema },
    problems: ['event_not_found'],
    handle: async ({ params }) => {
      const event = await findEvent(database, params.id);
      if (event === null) return new Problem('event_not_found', `There is no event ${params.id}.`);
      return { status: 200, body: new JsonText(eventText(event)) };
    },
  });
