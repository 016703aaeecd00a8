import type { EventType } from '../../event.ts';
import type { Queryable } from '../pool.ts';
import { STATE_OF_ENDPOINT, UNTOLD } from './events.ts';

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Makes a delivery of an event for one endpoint alone. */
export async function insertDelivery(database: Queryable, endpointId: string, eventId: string): Promise<void> {
  await database.query({
    name: 'insertDelivery',
    text: 'INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at) VALUES ($1, $2, now())',
    values: [endpointId, eventId],
  });
}

/** One event for one endpoint, as it stands. It is there from when its event has a place in the feed. */
export interface Delivery {
  readonly eventId: string;
  /** The place of its event, until it is claimed for the first time; then null. */
  readonly position: bigint | null;
  readonly eventType: EventType;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  /** When its event was. */
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

const SELECT_DELIVERY = `SELECT event_id AS "eventId", NULL::bigint AS position, type AS "eventType", status, attempts,
    next_attempt_at AS "nextAttemptAt", events.created_at AS "createdAt", completed_at AS "completedAt"
  FROM deliveries JOIN events ON events.id = deliveries.event_id`;
/** What is sent for the first time: due again when its lease ends. */
const SELECT_LEASED = `SELECT event_id, NULL::bigint, type, 'pending', 0, leased_until, created_at, NULL::timestamptz
  FROM delivery_leases AS leases CROSS JOIN unnest(event_ids) AS leased (event_id)
  CROSS JOIN LATERAL (SELECT type, created_at FROM events WHERE id = event_id OFFSET 0) AS event
  WHERE leases.endpoint_id = $1
    AND NOT EXISTS (SELECT FROM deliveries WHERE deliveries.endpoint_id = $1 AND deliveries.event_id = leased.event_id)`;
/** What no claim has reached is due since its event was. */
const SELECT_UNTOLD = `SELECT event_id, position, type, 'pending', 0, event.created_at, event.created_at, NULL::timestamptz
  FROM untold CROSS JOIN LATERAL (SELECT created_at FROM events WHERE id = event_id OFFSET 0) AS event`;
/** Where an endpoint that is disabled was left: the feed may have gone on for months since. */
const END_OF_TOLD = `coalesce((SELECT lower(range) FROM unnest(state.skipped) AS range WHERE upper_inf(range)), ${2n ** 63n - 1n})`;

export interface DeliveryFilter {
  readonly status: DeliveryStatus | null;
  readonly eventType: EventType | null;
  /** What the page begins behind: a place in the feed, or the event of a delivery that has none any more. */
  readonly before: { readonly position: bigint } | { readonly eventId: string } | null;
}

/**
 * At most `limit` deliveries of an endpoint: those that no claim has reached in the order of the feed, the last first, and then
 * the others by their events, the newest first. What is claimed between two pages may be on both.
 */
export async function listDeliveries(
  database: Queryable,
  endpointId: string,
  { status, eventType, before }: DeliveryFilter,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await database.query<Delivery>({
    name: 'listDeliveries',
    text: `WITH made AS MATERIALIZED (
             ${SELECT_DELIVERY}
             WHERE endpoint_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR type = $3)
               AND ($4::uuid IS NULL OR event_id < $4)
             ORDER BY event_id DESC LIMIT $6
           ), leased AS MATERIALIZED (
             ${SELECT_LEASED} AND coalesce($2, 'pending') = 'pending' AND ($3::text IS NULL OR type = $3)
               AND ($4::uuid IS NULL OR event_id < $4)
           ), untold AS MATERIALIZED (
             SELECT feed.* FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
               SELECT event_id, position, type FROM event_feed
               WHERE ${UNTOLD} AND ($3::text IS NULL OR type = $3)
                 AND position < least($5, ${END_OF_TOLD})
               ORDER BY position DESC LIMIT $6
             ) AS feed
             WHERE endpoint_id = $1 AND $4::uuid IS NULL AND coalesce($2, 'pending') = 'pending'
           )
           SELECT * FROM made UNION ALL SELECT * FROM leased UNION ALL ${SELECT_UNTOLD}
           ORDER BY position DESC NULLS LAST, "eventId" DESC LIMIT $6`,
    values: [
      ...[endpointId, status, eventType, before !== null && 'eventId' in before ? before.eventId : null],
      ...[before !== null && 'position' in before ? before.position : null, limit],
    ],
  });
  return rows;
}

/** A delivery. If no claim has reached it, all that is untold is looked through for its event: a million took 0.1 s. */
export async function findDelivery(database: Queryable, endpointId: string, eventId: string): Promise<Delivery | null> {
  const { rows } = await database.query<Delivery>({
    name: 'findDelivery',
    text: `WITH made AS MATERIALIZED (
             ${SELECT_DELIVERY} WHERE endpoint_id = $1 AND event_id = $2
           ), leased AS MATERIALIZED (
             ${SELECT_LEASED} AND event_id = $2
           ), untold AS MATERIALIZED (
             SELECT feed.* FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
               SELECT event_id, position, type FROM event_feed
               WHERE ${UNTOLD} AND event_id = $2 AND position < ${END_OF_TOLD}
               ORDER BY position DESC LIMIT 1
             ) AS feed
             WHERE endpoint_id = $1 AND NOT EXISTS (SELECT FROM made) AND NOT EXISTS (SELECT FROM leased)
               AND EXISTS (SELECT FROM events WHERE id = $2)
           )
           SELECT * FROM made UNION ALL SELECT * FROM leased UNION ALL ${SELECT_UNTOLD}`,
    values: [endpointId, eventId],
  });
  return rows[0] ?? null;
}

/** One HTTP try, as it is kept. `error` says why there was no usable answer. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly responseExcerpt: string | null;
}

/** The last `limit` attempts of a delivery, the latest first. */
export async function listAttempts(
  database: Queryable,
  endpointId: string,
  eventId: string,
  limit: number,
): Promise<Attempt[]> {
  const { rows } = await database.query<Attempt>({
    name: 'listAttempts',
    text: `SELECT number, started_at AS "startedAt", duration_ms AS "durationMs", response_status AS "responseStatus", error,
                  response_excerpt AS "responseExcerpt"
           FROM delivery_attempts WHERE endpoint_id = $1 AND event_id = $2 ORDER BY number DESC LIMIT $3`,
    values: [endpointId, eventId, limit],
  });
  return rows;
}

const REPLAY = `status = 'pending', failures = 0, next_attempt_at = now(), completed_at = NULL`;

/** Has a delivery sent again, now. @returns whether there is one; what no claim has reached is sent anyway. */
export async function replayDelivery(database: Queryable, endpointId: string, eventId: string): Promise<boolean> {
  const { rows } = await database.query({
    name: 'replayDelivery',
    text: `UPDATE deliveries SET ${REPLAY} WHERE endpoint_id = $1 AND event_id = $2 RETURNING event_id`,
    values: [endpointId, eventId],
  });
  return rows.length > 0;
}

/** Has the deliveries of an endpoint sent again that have failed since a moment, at most `limit`. @returns how many. */
export async function replayFailed(
  database: Queryable,
  endpointId: string,
  since: Date,
  limit: number,
): Promise<number> {
  const { rows } = await database.query<{ replayed: number }>({
    name: 'replayFailed',
    text: `WITH found AS MATERIALIZED (
             SELECT event_id FROM deliveries
             WHERE endpoint_id = $1 AND status = 'failed' AND completed_at >= $2
             ORDER BY completed_at LIMIT $3 FOR UPDATE
           ), replayed AS (
             UPDATE deliveries SET ${REPLAY} FROM found
             WHERE deliveries.endpoint_id = $1 AND deliveries.event_id = found.event_id RETURNING 1
           )
           SELECT count(*)::int AS replayed FROM replayed`,
    values: [endpointId, since, limit],
  });
  return rows[0]?.replayed ?? 0;
}
