import type { EventType } from '../../words/event.ts';
import type { Queryable } from '../pool.ts';
import { STATE_OF_ENDPOINT, UNTOLD } from './events.ts';

export const DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/**
 * The current state of one event for one endpoint. A delivery exists as soon as its event has a position in the feed.
 */
export interface Delivery {
  readonly eventId: string;
  /** The position of its event until it is claimed for the first time; then null. */
  readonly position: bigint | null;
  readonly eventType: EventType;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** For a pending delivery, not before the pause of its endpoint ends. Null while the endpoint is disabled. */
  readonly nextAttemptAt: Date | null;
  /** The time of its event. */
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

const SELECT_MADE = `SELECT event_id, NULL::bigint AS position, type, status, attempts, next_attempt_at, events.created_at,
    completed_at
  FROM deliveries JOIN events ON events.id = deliveries.event_id`;
/** Sent for the first time: due again when its lease expires. */
const SELECT_LEASED = `SELECT event_id, NULL::bigint, type, 'pending', 0, leased_until, created_at, NULL::timestamptz
  FROM delivery_leases AS leases CROSS JOIN unnest(event_ids) AS leased (event_id)
  CROSS JOIN LATERAL (SELECT type, created_at FROM events WHERE id = event_id OFFSET 0) AS event
  WHERE leases.endpoint_id = $1
    AND NOT EXISTS (SELECT FROM deliveries WHERE deliveries.endpoint_id = $1 AND deliveries.event_id = leased.event_id)`;
/** A delivery that was not claimed yet is due since its event. */
const SELECT_UNTOLD = `SELECT event_id, position, type, 'pending', 0, event.created_at, event.created_at, NULL::timestamptz
  FROM untold CROSS JOIN LATERAL (SELECT created_at FROM events WHERE id = event_id OFFSET 0) AS event`;
/** The rows found for an endpoint (created, leased and unclaimed), as they are shown. */
const SELECT_FOUND = `SELECT event_id AS "eventId", found.position, type AS "eventType", found.status, attempts,
    CASE WHEN found.status = 'pending' AND state.status = 'enabled' THEN greatest(next_attempt_at, paused_until) END
      AS "nextAttemptAt",
    created_at AS "createdAt", completed_at AS "completedAt"
  FROM (SELECT * FROM made UNION ALL SELECT * FROM leased UNION ALL ${SELECT_UNTOLD}) AS found
  JOIN ${STATE_OF_ENDPOINT} ON endpoint_id = $1`;

export interface DeliveryFilter {
  readonly status: DeliveryStatus | null;
  readonly eventType: EventType | null;
  /** Where the page begins: after a position in the feed, or after the event of a delivery that no longer has one. */
  readonly before: { readonly position: bigint } | { readonly eventId: string } | null;
}

/**
 * At most `limit` deliveries of an endpoint: first those not claimed yet, from the end of the feed, then the others by
 * event, newest first. A delivery that is claimed between two pages may be on both.
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
             ${SELECT_MADE}
             WHERE endpoint_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR type = $3)
               AND ($4::uuid IS NULL OR event_id < $4)
             ORDER BY event_id DESC LIMIT $6
           ), leased AS MATERIALIZED (
             ${SELECT_LEASED} AND coalesce($2, 'pending') = 'pending' AND ($3::text IS NULL OR type = $3)
               AND ($4::uuid IS NULL OR event_id < $4)
           ), untold AS MATERIALIZED (
             SELECT feed.* FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
               SELECT event_id, position, type FROM event_feed
               WHERE ${UNTOLD} AND ($3::text IS NULL OR type = $3) AND position < coalesce($5, ${2n ** 63n - 1n})
               ORDER BY position DESC LIMIT $6
             ) AS feed
             WHERE endpoint_id = $1 AND $4::uuid IS NULL AND coalesce($2, 'pending') = 'pending'
           )
           ${SELECT_FOUND} ORDER BY found.position DESC NULLS LAST, event_id DESC LIMIT $6`,
    values: [
      ...[endpointId, status, eventType, before !== null && 'eventId' in before ? before.eventId : null],
      ...[before !== null && 'position' in before ? before.position : null, limit],
    ],
  });
  return rows;
}

/** A delivery. If it was not claimed yet, all unclaimed events are searched for it: a million took 0.1 s. */
export async function findDelivery(database: Queryable, endpointId: string, eventId: string): Promise<Delivery | null> {
  const { rows } = await database.query<Delivery>({
    name: 'findDelivery',
    text: `WITH made AS MATERIALIZED (
             ${SELECT_MADE} WHERE endpoint_id = $1 AND event_id = $2
           ), leased AS MATERIALIZED (
             ${SELECT_LEASED} AND event_id = $2
           ), untold AS MATERIALIZED (
             SELECT feed.* FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
               SELECT event_id, position, type FROM event_feed
               WHERE ${UNTOLD} AND event_id = $2
               ORDER BY position DESC LIMIT 1
             ) AS feed
             WHERE endpoint_id = $1 AND NOT EXISTS (SELECT FROM made) AND NOT EXISTS (SELECT FROM leased)
               AND EXISTS (SELECT FROM events WHERE id = $2)
           )
           ${SELECT_FOUND}`,
    values: [endpointId, eventId],
  });
  return rows[0] ?? null;
}

/** One HTTP attempt, as stored. `error` says why there was no usable answer. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly responseExcerpt: string | null;
}

/** The last `limit` attempts of a delivery, newest first. */
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
