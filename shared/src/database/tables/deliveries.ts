import type { EventType } from '../../event.ts';
import type { Queryable } from '../pool.ts';

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

/** One event for one endpoint, as it stands. */
export interface Delivery {
  readonly eventId: string;
  readonly eventType: EventType;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
}

const SELECT_DELIVERY = `SELECT event_id AS "eventId", type AS "eventType", status, attempts,
    next_attempt_at AS "nextAttemptAt", deliveries.created_at AS "createdAt", completed_at AS "completedAt"
  FROM deliveries JOIN events ON events.id = deliveries.event_id`;

export interface DeliveryFilter {
  readonly status: DeliveryStatus | null;
  readonly eventType: EventType | null;
  /** The event that the page begins below. */
  readonly before: string | null;
}

/** At most `limit` deliveries of an endpoint, the newest events first. */
export async function listDeliveries(
  database: Queryable,
  endpointId: string,
  { status, eventType, before }: DeliveryFilter,
  limit: number,
): Promise<Delivery[]> {
  const { rows } = await database.query<Delivery>({
    name: 'listDeliveries',
    text: `${SELECT_DELIVERY}
           WHERE endpoint_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR type = $3)
             AND ($4::uuid IS NULL OR event_id < $4)
           ORDER BY event_id DESC LIMIT $5`,
    values: [endpointId, status, eventType, before, limit],
  });
  return rows;
}

export async function findDelivery(database: Queryable, endpointId: string, eventId: string): Promise<Delivery | null> {
  const { rows } = await database.query<Delivery>({
    name: 'findDelivery',
    text: `${SELECT_DELIVERY} WHERE endpoint_id = $1 AND event_id = $2`,
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

/** Has a delivery sent again, now. @returns whether there is one. */
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
