import type { Queryable } from '../pool.ts';
import { STATE_OF_ENDPOINT, UNTOLD } from './events.ts';

/**
 * Deliveries requested by a caller. Each is made due in the transaction that ended the pause of its endpoint
 * (`endPause`).
 */

/** Ahead of everything already due for the endpoint: after failures, only one request at a time is sent. */
const FIRST_DUE = `least(now(), (SELECT next_attempt_at - interval '1 microsecond' FROM deliveries AS due
  WHERE due.endpoint_id = $1 AND due.status = 'pending' ORDER BY due.next_attempt_at, due.event_id LIMIT 1))`;

/** Creates a delivery of an event for one endpoint alone. */
export async function insertDelivery(database: Queryable, endpointId: string, eventId: string): Promise<void> {
  await database.query({
    name: 'insertDelivery',
    text: `INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at) VALUES ($1, $2, ${FIRST_DUE})`,
    values: [endpointId, eventId],
  });
}

/** Makes a delivery due now. @returns whether it exists; one that was not claimed yet is sent in its turn. */
export async function replayDelivery(database: Queryable, endpointId: string, eventId: string): Promise<boolean> {
  const { rows } = await database.query({
    name: 'replayDelivery',
    text: `UPDATE deliveries SET status = 'pending', failures = 0, next_attempt_at = ${FIRST_DUE}, completed_at = NULL
           WHERE endpoint_id = $1 AND event_id = $2 RETURNING event_id`,
    values: [endpointId, eventId],
  });
  return rows.length > 0;
}

/** When an event happened, or was last tried: `since` is inclusive, `until` is exclusive; null is unbounded. */
export interface TimeRange {
  readonly since: Date;
  readonly until: Date | null;
}

/** How many deliveries of a range had not succeeded. */
export interface Recovered {
  /** Had used up their attempts: sent again. */
  readonly failed: number;
  /** Waited for another attempt: sent now. */
  readonly retrying: number;
  /** Were due, or not claimed yet: they only needed the end of the pause. */
  readonly waiting: number;
}

/** Counting of deliveries that are sent anyway stops here. */
export const COUNT_MOST = 10_000;

/** Whether a time is in the range. */
const inRange = (moment: string): string =>
  `(${moment} >= $2::timestamptz AND ($3::timestamptz IS NULL OR ${moment} < $3))`;
/** Of `asked` deliveries, those of the range. The last attempt is looked up only if the event does not decide. */
const OF_RANGE = `CROSS JOIN LATERAL (SELECT created_at FROM events WHERE id = asked.event_id OFFSET 0) AS event
  WHERE (${inRange('created_at')} OR coalesce((
    SELECT ${inRange('started_at')} FROM delivery_attempts AS attempt
    WHERE attempt.endpoint_id = $1 AND attempt.event_id = asked.event_id AND number = asked.attempts), false))`;

/**
 * Makes everything due now that has not succeeded for the events of a range: deliveries that have permanently failed,
 * and those that wait for another attempt after a failure, earliest events first, at most `limit`. Their retry schedule
 * starts again.
 *
 * Other waiting deliveries are only counted: of those that are due, and of positions of the feed that are not claimed
 * yet, up to `COUNT_MOST` each. Deliveries that permanently failed more than a day before the range are not considered;
 * a day covers clock differences.
 */
export async function recoverDeliveries(
  database: Queryable,
  endpointId: string,
  { since, until }: TimeRange,
  limit: number,
): Promise<Recovered> {
  const { rows } = await database.query<Recovered>({
    name: 'recoverDeliveries',
    text: `WITH pending AS MATERIALIZED (
             SELECT event_id, status, failures, attempts FROM deliveries WHERE endpoint_id = $1 AND status = 'pending'
             ORDER BY endpoint_id, next_attempt_at, event_id
           ), failed AS MATERIALIZED (
             SELECT event_id, status, attempts FROM deliveries
             WHERE endpoint_id = $1 AND status = 'failed' AND completed_at >= $2::timestamptz - interval '1 day'
             ORDER BY endpoint_id, completed_at
           ), found AS MATERIALIZED (
             SELECT event_id, status FROM (
               SELECT event_id, status, attempts FROM pending WHERE failures > 0 UNION ALL SELECT * FROM failed
             ) AS asked ${OF_RANGE} ORDER BY event_id LIMIT $4
           ), replayed AS (
             INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at) SELECT $1, event_id, now() FROM found
             ON CONFLICT (endpoint_id, event_id) DO UPDATE
             SET status = 'pending', failures = 0, completed_at = NULL,
                 next_attempt_at = least(deliveries.next_attempt_at, excluded.next_attempt_at)
           ), due AS (
             SELECT FROM (SELECT * FROM pending WHERE failures = 0 LIMIT ${COUNT_MOST}) AS asked ${OF_RANGE}
           ), untold AS (
             SELECT FROM (
               SELECT event_id, 0 AS attempts FROM ${STATE_OF_ENDPOINT} CROSS JOIN LATERAL (
                 SELECT event_id FROM event_feed
                 WHERE ${UNTOLD} AND position <= state.position + ${COUNT_MOST} ORDER BY position OFFSET 0
               ) AS feed WHERE endpoint_id = $1
             ) AS asked ${OF_RANGE}
           )
           SELECT count(*) FILTER (WHERE status = 'failed')::int AS failed,
                  count(*) FILTER (WHERE status = 'pending')::int AS retrying,
                  ((SELECT count(*) FROM due) + (SELECT count(*) FROM untold))::int AS waiting
           FROM found`,
    values: [endpointId, since, until, limit],
  });
  return rows[0] ?? { failed: 0, retrying: 0, waiting: 0 };
}
