import { type Event, EVERY_TYPE, type EventType } from '../../words/event.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';

/** An event to record. `sequence` was drawn with `drawSequences`. */
export interface NewEvent extends Event {
  readonly sequence: bigint;
}

/**
 * The event types that some endpoint is subscribed to, `*` being all; none if there is no endpoint. A disabled endpoint
 * counts: events are kept for it.
 */
export const SUBSCRIBED_TYPES = `SELECT DISTINCT unnest(event_types) AS type FROM webhook_endpoints WHERE deleted_at IS NULL`;

/** The types of `SUBSCRIBED_TYPES`. */
export async function readSubscribedTypes(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ type: string }>({ name: 'readSubscribedTypes', text: SUBSCRIBED_TYPES });
  return rows.map(({ type }) => type);
}

/** Whether a type is among the subscribed ones. */
export function isSubscribed(subscribed: readonly string[], type: EventType): boolean {
  return subscribed.includes(type) || subscribed.includes(EVERY_TYPE);
}

/**
 * Ascending numbers for events. Drawn while the locks of a wallet are held, they are higher than those of all its
 * earlier events.
 */
export async function drawSequences(database: Queryable, count: number): Promise<bigint[]> {
  const { rows } = await database.query<{ drawn: string | null }>({
    name: 'drawSequences',
    text: `SELECT string_agg(sequence::text, ' ' ORDER BY sequence) AS drawn
           FROM (SELECT nextval('event_sequence') AS sequence FROM generate_series(1, $1)) AS numbers`,
    values: [count],
  });
  return rows[0]?.drawn?.split(' ').map(BigInt) ?? [];
}

/**
 * Records events, to be relayed when the transaction is committed, in one statement. Their bodies are sent as JSON: the
 * driver takes five times as long to escape them for an array.
 */
export async function insertEvents(database: Queryable, events: readonly NewEvent[]): Promise<void> {
  const bodies = JSON.stringify(events.map(({ body }) => body));
  await database.query(INSERT_EVENTS({ event: events, bodies }));
}

const INSERT_EVENTS = wideStatement({
  name: 'insertEvents',
  values: ['bodies'],
  sets: {
    event: rowset<NewEvent>({
      id: ['uuid', ({ id }) => id],
      type: ['text', ({ type }) => type],
      created_at: ['timestamptz', ({ createdAt }) => createdAt.toISOString()],
      sequence: ['bigint', ({ sequence }) => sequence],
    }),
  },
  text: ({ event }, value) => `WITH added AS (
             INSERT INTO events (id, type, created_at, body)
             SELECT * FROM ROWS FROM (unnest(${event.array('id')}, ${event.array('type')}, ${event.array('created_at')}),
                                      json_array_elements_text(${value.bodies}::json))
           )
           INSERT INTO unrelayed_events (sequence, event_id)
           SELECT * FROM unnest(${event.array('sequence')}, ${event.array('id')})`,
});

/**
 * Takes the relay's lock until the transaction ends. @returns whether it was free.
 *
 * If the server continues from an earlier state, its epoch begins here at the latest, before any position is assigned
 * again.
 */
export async function tryLockRelay(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ held: boolean }>({
    name: 'tryLockRelay',
    text: `SELECT held, CASE WHEN held THEN (SELECT number FROM current_epoch()) END AS epoch
           FROM (SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK.relay}, 0) AS held OFFSET 0) AS lock`,
  });
  return rows[0]?.held ?? false;
}

export interface Relayed {
  readonly events: number;
  /** The endpoints that have new events and are not paused. */
  readonly endpointIds: readonly string[];
}

/** The last position of the feed. */
export const FEED_HEAD = 'coalesce((SELECT position FROM event_feed ORDER BY position DESC LIMIT 1), 0)';

/** Each endpoint's progress through `event_feed`: the basis of `UNTOLD`. */
export const STATE_OF_ENDPOINT = `(SELECT endpoint_id, position, paused_until, event_types, status, deleted_at
  FROM webhook_endpoint_states JOIN webhook_endpoints ON id = endpoint_id) AS state`;

/**
 * The events of `event_feed` that an endpoint, given by `state`, has not been sent. Test events belong to one endpoint
 * alone and have deliveries from the beginning.
 */
export const UNTOLD = `event_feed.position > state.position
  AND event_feed.type <> 'webhook_endpoint.test'
  AND (event_feed.type = ANY (state.event_types) OR '${EVERY_TYPE}' = ANY (state.event_types))`;

/**
 * Gives at most `limit` events their positions in the feed. Only for the holder of the relay's lock. An event never
 * gets its position before an earlier event of the same wallet.
 */
export async function relayEvents(database: Queryable, limit: number): Promise<Relayed> {
  const { rows } = await database.query<Relayed>({
    name: 'relayEvents',
    text: `WITH next AS MATERIALIZED (
             SELECT sequence, event_id, type
             FROM (SELECT sequence, event_id FROM unrelayed_events ORDER BY sequence LIMIT $1) AS waiting
             CROSS JOIN LATERAL (SELECT type FROM events WHERE id = event_id OFFSET 0) AS event
           ), taken AS (
             DELETE FROM unrelayed_events WHERE sequence = ANY (ARRAY (SELECT sequence FROM next))
           ), fed AS (
             INSERT INTO event_feed (position, event_id, type)
             SELECT ${FEED_HEAD} + row_number() OVER (ORDER BY sequence), event_id, type FROM next
           ), types AS MATERIALIZED (
             SELECT DISTINCT type FROM next WHERE type <> 'webhook_endpoint.test'
           )
           SELECT (SELECT count(*)::int FROM next) AS events,
                  ARRAY (SELECT id FROM webhook_endpoints JOIN webhook_endpoint_states ON endpoint_id = id
                         WHERE status = 'enabled' AND deleted_at IS NULL
                           AND (paused_until IS NULL OR paused_until <= statement_timestamp())
                           AND EXISTS (SELECT FROM types WHERE event_types && ARRAY[type, '${EVERY_TYPE}'])) AS "endpointIds"`,
    values: [limit],
  });
  return rows[0] ?? { events: 0, endpointIds: [] };
}

/** An event with its position in the feed. */
export interface FeedEvent extends Event {
  readonly position: bigint;
}

/** How many events one read of the feed examines for the requested types. */
const FEED_LOOK = 10_000;

/** A place in the feed: after a position of an epoch. The epoch is null in cursors from before epochs existed. */
export interface FeedPlace {
  readonly epochId: string | null;
  readonly position: bigint;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Where to continue: there is nothing between that and the last event. */
  readonly place: FeedPlace;
  /** The epoch of the page, even of the first one. */
  readonly epochId: string | null;
}

/** The last row of a read, which exists with or without an event. */
interface FeedEnd {
  readonly id: null;
  readonly position: bigint | null;
  readonly epochId: string | null;
  readonly isFirst: boolean;
  readonly isOther: boolean;
}

/**
 * At most `limit` events after a place in the feed (null: from the oldest kept), of the given types (null: all), in the
 * order of the feed. For rare types it may find none for a while and still advance.
 * @returns `expired` if something after the place was deleted, `other_epoch` if the place is not of the current epoch.
 * Both are determined by the same statement that reads, so that no reader misses anything unknowingly.
 */
export async function readFeed(
  database: Queryable,
  after: FeedPlace | null,
  types: readonly EventType[] | null,
  limit: number,
): Promise<FeedPage | 'expired' | 'other_epoch'> {
  const { rows } = await database.query<FeedEvent | FeedEnd>({
    name: 'readFeed',
    text: `WITH epoch AS MATERIALIZED (
             SELECT id, number = 1 AS is_first, coalesce($1::bigint IS NOT NULL AND $4::uuid IS DISTINCT FROM id AND NOT ($4 IS NULL AND number = 1), false)
               AS is_other
             FROM current_epoch()
           ), start AS MATERIALIZED (
             SELECT CASE WHEN $1 IS NULL THEN feed_floor - 1 WHEN $1 >= feed_floor - 1 THEN $1 END AS position
             FROM retention
           ), looked AS MATERIALIZED (
             SELECT position, event_id FROM event_feed WHERE position > (SELECT position FROM start)
             ORDER BY position LIMIT CASE WHEN $2::text[] IS NULL THEN $3 ELSE ${FEED_LOOK} END
           ), found AS (
             SELECT position, events.id, type, created_at AS "createdAt", body
             FROM looked JOIN events ON events.id = looked.event_id
             WHERE $2::text[] IS NULL OR type = ANY ($2)
             ORDER BY position LIMIT $3
           )
           SELECT *, NULL::uuid AS "epochId", NULL::boolean AS "isFirst", NULL::boolean AS "isOther" FROM found
           UNION ALL
           SELECT coalesce((SELECT max(position) FROM looked), position), NULL, NULL, NULL, NULL, epoch.id, is_first, is_other
           FROM start, epoch
           ORDER BY position, id`,
    values: [after?.position ?? null, types, limit, after?.epochId ?? null],
  });
  const events = rows.filter((row) => row.id !== null);
  const end = rows.find((row) => row.id === null);
  if (end === undefined) throw new Error('the feed did not answer');
  if (end.isOther) return 'other_epoch';
  const position = events.length === limit ? (events.at(-1)?.position ?? null) : end.position;
  if (position === null) return 'expired';
  return { events, place: { epochId: end.isFirst ? null : end.epochId, position }, epochId: end.epochId };
}

/** The end of the feed: events relayed from now on come after it. */
export async function findFeedHead(database: Queryable): Promise<FeedPlace> {
  const { rows } = await database.query<{ id: string | null; isFirst: boolean | null; position: bigint }>({
    name: 'findFeedHead',
    text: `SELECT id, number = 1 AS "isFirst", (SELECT greatest(${FEED_HEAD}, feed_floor - 1) FROM retention) AS position
           FROM current_epoch()`,
  });
  const [head] = rows;
  if (head === undefined) throw new Error('the feed did not answer');
  return { epochId: head.isFirst === true ? null : head.id, position: head.position };
}

/** An event, even one without a position in the feed yet. */
export async function findEvent(database: Queryable, id: string): Promise<Event | null> {
  const { rows } = await database.query<Event>({
    name: 'findEvent',
    text: 'SELECT id, type, created_at AS "createdAt", body FROM events WHERE id = $1',
    values: [id],
  });
  return rows[0] ?? null;
}
