import type { Database } from '@wallet/shared/database/pool';
import { findContinuation } from '@wallet/shared/database/tables/epochs';
import { type FeedPlace, findEvent, readFeed } from '@wallet/shared/database/tables/events';
import { canonicalUuid } from '@wallet/shared/words/ids';
import { JsonText } from '@wallet/shared/words/json-text';
import { z } from 'zod';
import { type Endpoint, endpoint } from '../http/endpoint.ts';
import { createCursors, pageQuery, readPosition } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { idParams } from '../http/schemas.ts';
import { epochEnded } from './epoch-ended.ts';
import { eventSchema, eventText, eventTypeSchema } from './webhook-resources.ts';

const TAG = 'Webhooks';
const TYPES_MOST = 20;
/** Without a name: readers store these cursors, so the ones they have must stay valid. */
const CURSORS = createCursors('', readPlace);

export interface EventNeeds {
  readonly database: Database;
}

export function createEventEndpoints(needs: EventNeeds): Endpoint[] {
  return [getEvents(needs), getEvent(needs)];
}

const getEvents = ({ database }: EventNeeds) =>
  endpoint({
    method: 'get',
    paths: ['/events'],
    tag: TAG,
    summary:
      'The feed of events, oldest first, to be read on and on. Events are kept of types that an endpoint subscribes to',
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
      type: z
        .union([eventTypeSchema, z.array(eventTypeSchema).max(TYPES_MOST)])
        .optional()
        .meta({ description: 'Only events of this type, or of these.' }),
    }),
    body: null,
    answers: {
      200: z
        .strictObject({
          data: z.array(eventSchema),
          next_cursor: z.string().meta({
            description:
              'Where to read on: always there. Another one than was sent means that there may be more at once, even where ' +
              '`data` is empty because of `type`.',
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
      const types = query.type === undefined ? null : [query.type].flat();
      const after = CURSORS.read(query.after, 'after');
      const page = await readFeed(database, after, types, query.limit);
      if (page === 'other_epoch')
        return epochEnded(
          after?.position ?? 0n,
          await findContinuation(database, after?.epochId ?? null),
          (epochId, position) => writePlace({ epochId, position }),
        );
      if (page === 'expired')
        return new Problem(
          'cursor_expired',
          'Events behind this cursor were deleted because of their age. Read the feed from where it is kept, without after, and ' +
            'look up in GET /operations what happened before.',
        );
      const { events, place, epochId } = page;
      // The events go out as they are stored, byte for byte.
      const data = events.map((event) => new JsonText(eventText(event)));
      return { status: 200, body: { data, next_cursor: writePlace(place), epoch: epochId } };
    },
  });

/** `EPOCH:POSITION`; of the first epoch only the position, as the versions before, which may serve beside this one, read it. */
function readPlace(text: string): FeedPlace | null {
  const colon = text.indexOf(':');
  const epochId = colon < 0 ? null : text.slice(0, colon);
  const position = readPosition(text.slice(colon + 1));
  if (position === null || (epochId !== null && canonicalUuid(epochId) !== epochId)) return null;
  return { epochId, position };
}

function writePlace({ epochId, position }: FeedPlace): string {
  return CURSORS.write(epochId === null ? String(position) : `${epochId}:${position}`);
}

const getEvent = ({ database }: EventNeeds) =>
  endpoint({
    method: 'get',
    paths: ['/events/{id}'],
    tag: TAG,
    summary: 'An event',
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
