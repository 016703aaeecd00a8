import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { FEED_HEAD, UNTOLD } from './events.ts';

/** A delivery that this worker may send until its lease expires. */
export interface ClaimedDelivery {
  readonly eventId: string;
  readonly body: string;
  /** Failures since it was created or replayed. */
  readonly failures: number;
}

/** The result of a claim. */
export interface Claim {
  readonly deliveries: readonly ClaimedDelivery[];
  /** The lease of those that came from the feed: for `recordAttempts`, when all have a result. */
  readonly lease: bigint | null;
  /** How often the pause of the endpoint had been ended by then: for `recordAttempts`. */
  readonly pauseResets: number;
  /**
   * There may be more: it got as many as it asked for, a lease had expired, or the feed continues where it stopped
   * looking.
   */
  readonly goesOn: boolean;
}

/** How far one claim reads along the feed: 10,000 events without one to send took 4 ms. */
export const FEED_LOOK = 10_000;

/** After this many rounds in which every request failed, an endpoint is paused. */
export const FAILED_ROUNDS = 3;
const FIRST_PAUSE_S = 30;
const LONGEST_PAUSE_S = 600;

/**
 * The statements below change deliveries by INSERT … ON CONFLICT, which finds each by its key: the plan of an UPDATE,
 * made while the table was small, would read every delivery of the endpoint (it did: 560 ms for 256 attempts).
 */

/**
 * Claims the next deliveries of an endpoint for `leaseMs`: at most `most`, within its rate limit for this second, and
 * only one after its last rounds have failed. None while it is paused or disabled. Due retries come first, then events
 * of the feed in order, of the types that the endpoint is subscribed to now. If a worker dies, its claim expires with
 * the lease: the next claim makes the delivery due again.
 *
 * The lock on the endpoint's state serialises its claims, each from the position that the previous one has left.
 */
export async function claimDeliveries(
  database: Queryable,
  endpointId: string,
  most: number,
  leaseMs: number,
): Promise<Claim> {
  const { rows } = await database.query<(ClaimedDelivery | { eventId: null }) & Omit<Claim, 'deliveries'>>({
    name: 'claimDeliveries',
    text: `WITH state AS MATERIALIZED (
             SELECT failures, rate_limit, window_requests, window_started_at > now() - interval '1 second' AS same_window,
                    position, event_types, pause_resets
             FROM webhook_endpoint_states JOIN webhook_endpoints ON id = endpoint_id
             WHERE endpoint_id = $1 AND status = 'enabled' AND deleted_at IS NULL
               AND (paused_until IS NULL OR paused_until <= now())
             FOR UPDATE OF webhook_endpoint_states
           ), room AS MATERIALIZED (
             SELECT greatest(0, least(
               CASE WHEN failures >= ${FAILED_ROUNDS} THEN 1 ELSE $2 END,
               rate_limit - CASE WHEN same_window THEN window_requests ELSE 0 END
             )) AS requests FROM state
           ), ended AS (
             DELETE FROM delivery_leases WHERE endpoint_id = $1 AND leased_until <= now() AND EXISTS (SELECT FROM state)
             RETURNING event_ids
           ), again AS (
             INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at) SELECT $1, unnest(event_ids), now() FROM ended
             ON CONFLICT DO NOTHING
           ), due AS MATERIALIZED (
             SELECT event_id FROM deliveries
             WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at <= now()
             ORDER BY endpoint_id, next_attempt_at, event_id
             LIMIT coalesce((SELECT requests FROM room), 0) FOR UPDATE SKIP LOCKED
           ), untold AS MATERIALIZED (
             SELECT next.position, event_id
             FROM state CROSS JOIN LATERAL (
               SELECT position, event_id FROM event_feed
               WHERE ${UNTOLD} AND position <= state.position + ${FEED_LOOK}
               ORDER BY position LIMIT (SELECT requests FROM room) - (SELECT count(*) FROM due)
             ) AS next
           ), claimed AS (
             INSERT INTO deliveries (endpoint_id, event_id, next_attempt_at)
             SELECT $1, event_id, now() + $3 * interval '1 millisecond' FROM due
             ON CONFLICT (endpoint_id, event_id) DO UPDATE SET next_attempt_at = excluded.next_attempt_at
             RETURNING event_id, failures
           ), leased AS (
             INSERT INTO delivery_leases (endpoint_id, position, event_ids, leased_until)
             SELECT $1, max(position), array_agg(event_id), now() + $3 * interval '1 millisecond' FROM untold HAVING count(*) > 0
           ), reached AS MATERIALIZED (
             SELECT found.requests, last,
                    CASE WHEN found.requests < room.requests THEN greatest(position, least(position + ${FEED_LOOK}, head))
                         ELSE coalesce(last, position) END AS position,
                    found.requests < room.requests AND position + ${FEED_LOOK} < head OR EXISTS (SELECT FROM ended) AS goes_on
             FROM state, room, (SELECT (SELECT count(*)::int FROM due) + count(*)::int AS requests, max(position) AS last,
                                       ${FEED_HEAD} AS head FROM untold) AS found
           ), counted AS (
             UPDATE webhook_endpoint_states
             SET window_started_at = CASE WHEN same_window THEN window_started_at ELSE now() END,
                 window_requests = CASE WHEN same_window THEN state.window_requests ELSE 0 END + reached.requests,
                 paused_until = CASE WHEN state.failures >= ${FAILED_ROUNDS} AND reached.requests > 0
                                     THEN now() + $3 * interval '1 millisecond' END,
                 position = reached.position
             FROM state, reached
             WHERE endpoint_id = $1 AND (reached.requests > 0 OR reached.position > state.position)
           )
           SELECT event_id AS "eventId", body, taken.failures, last AS lease, goes_on AS "goesOn", pause_resets AS "pauseResets"
           FROM state CROSS JOIN reached LEFT JOIN (
             SELECT event_id, body, failures
             FROM (SELECT event_id, failures FROM claimed UNION ALL SELECT event_id, 0 FROM untold) AS taken
             CROSS JOIN LATERAL (SELECT body FROM events WHERE id = taken.event_id OFFSET 0) AS event
           ) AS taken ON true`,
    values: [endpointId, most, leaseMs],
  });
  const deliveries = rows.filter((row) => row.eventId !== null);
  const goesOn = deliveries.length === most || (rows[0]?.goesOn ?? false);
  return { deliveries, lease: rows[0]?.lease ?? null, pauseResets: rows[0]?.pauseResets ?? 0, goesOn };
}

/**
 * The result of one HTTP attempt. `retryInMs` is null if it was the last one. It is a time span, because the database's
 * clock decides when a delivery is due, and the sender's may be hours off.
 */
export interface AttemptRecord {
  readonly eventId: string;
  readonly succeeded: boolean;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly responseExcerpt: string | null;
  readonly retryInMs: number | null;
}

/**
 * Records a round of attempts at an endpoint: every attempt, the new state of its delivery, and the state of the
 * endpoint. The endpoint is paused for `pauseMs`, or longer after more rounds in which every request failed. A delivery
 * that has succeeded stays so, whatever the result of an attempt whose lease had expired. `lease` ends with the round.
 *
 * A round that was claimed before the pause was last ended (`pauseResets`) says nothing about the endpoint's current
 * state: its deliveries are recorded, but the endpoint is not paused because of it.
 * @returns whether the round counts, and for how many milliseconds every request has failed; null if one did not.
 */
export async function recordAttempts(
  database: Queryable,
  endpointId: string,
  attempts: readonly AttemptRecord[],
  { pauseMs, lease, pauseResets }: { pauseMs: number } & Pick<Claim, 'lease' | 'pauseResets'>,
): Promise<{ counts: boolean; failingMs: number | null }> {
  const { rows } = await database.query<{ counts: boolean; failingMs: number | null }>(
    RECORD_ATTEMPTS({ endpoint: endpointId, attempt: attempts, pauseMs: Math.round(pauseMs), lease, pauseResets }),
  );
  return rows[0] ?? { counts: false, failingMs: null };
}

const RECORD_ATTEMPTS = wideStatement({
  name: 'recordAttempts',
  values: ['endpoint', 'pauseMs', 'lease', 'pauseResets'],
  sets: {
    attempt: rowset<AttemptRecord>({
      event_id: ['uuid', ({ eventId }) => eventId],
      succeeded: ['boolean', ({ succeeded }) => String(succeeded)],
      started_at: ['timestamptz', ({ startedAt }) => startedAt.toISOString()],
      duration_ms: ['int', ({ durationMs }) => Math.round(durationMs)],
      status: ['smallint', ({ responseStatus }) => responseStatus],
      error: ['text', ({ error }) => error, 'escaped'],
      excerpt: ['text', ({ responseExcerpt }) => responseExcerpt, 'escaped'],
      retry_in: ['float8', ({ retryInMs }) => retryInMs],
    }),
  },
  text: ({ attempt }, value) => `WITH state AS MATERIALIZED (
             SELECT pause_resets = ${value.pauseResets} AS counts FROM webhook_endpoint_states
             WHERE endpoint_id = ${value.endpoint} FOR UPDATE
           ), ended AS (
             DELETE FROM delivery_leases WHERE endpoint_id = ${value.endpoint} AND position = ${value.lease}
               AND EXISTS (SELECT FROM state)
           ), told AS (
             INSERT INTO deliveries (endpoint_id, event_id, attempts, status, failures, next_attempt_at, completed_at)
             SELECT ${value.endpoint}, event_id, 1,
                    CASE WHEN succeeded THEN 'succeeded' WHEN retry_in IS NULL THEN 'failed' ELSE 'pending' END,
                    CASE WHEN succeeded THEN 0 ELSE 1 END,
                    CASE WHEN NOT succeeded THEN now() + retry_in * interval '1 millisecond' END,
                    CASE WHEN succeeded OR retry_in IS NULL THEN now() END
             FROM state CROSS JOIN ${attempt.rows}
             ON CONFLICT (endpoint_id, event_id) DO UPDATE
             SET attempts = deliveries.attempts + 1,
                 failures = deliveries.failures + excluded.failures,
                 status = CASE deliveries.status WHEN 'succeeded' THEN 'succeeded' ELSE excluded.status END,
                 next_attempt_at = CASE WHEN deliveries.status <> 'succeeded' THEN excluded.next_attempt_at END,
                 completed_at = CASE deliveries.status WHEN 'succeeded' THEN deliveries.completed_at ELSE excluded.completed_at END
             RETURNING event_id, attempts
           ), logged AS (
             INSERT INTO delivery_attempts (endpoint_id, event_id, number, started_at, duration_ms, response_status, error,
                                            response_excerpt)
             SELECT ${value.endpoint}, event_id, attempts, (${attempt.array('started_at')})[n],
                    (${attempt.array('duration_ms')})[n], (${attempt.array('status')})[n],
                    (${attempt.array('error')})[n], (${attempt.array('excerpt')})[n]
             FROM (SELECT event_id, attempts, array_position(${attempt.array('event_id')}, event_id) AS n FROM told
                   OFFSET 0) AS told
           ), round AS (
             SELECT bool_or(succeeded) AS succeeded,
                    max(coalesce(error, 'HTTP ' || status)) FILTER (WHERE NOT succeeded) AS error
             FROM ${attempt.rows}
           )
           UPDATE webhook_endpoint_states
           SET failures = CASE WHEN NOT counts THEN failures WHEN succeeded THEN 0 ELSE failures + 1 END,
               failing_since = CASE WHEN NOT counts THEN failing_since WHEN NOT succeeded THEN coalesce(failing_since, now()) END,
               paused_until = CASE WHEN NOT counts THEN paused_until ELSE greatest(
                 CASE WHEN ${value.pauseMs} > 0 THEN now() + ${value.pauseMs} * interval '1 millisecond' END,
                 CASE WHEN NOT succeeded AND failures + 1 >= ${FAILED_ROUNDS} THEN
                   now() + least(${LONGEST_PAUSE_S}, ${FIRST_PAUSE_S} * 2 ^ least(failures + 1 - ${FAILED_ROUNDS}, 10))
                           * interval '1 second' END) END,
               last_success_at = CASE WHEN succeeded THEN now() ELSE last_success_at END,
               last_failure_at = CASE WHEN error IS NOT NULL THEN now() ELSE last_failure_at END,
               last_error = coalesce(error, last_error)
           FROM state CROSS JOIN round WHERE endpoint_id = ${value.endpoint}
           RETURNING counts, (extract(epoch FROM now() - failing_since) * 1000)::float8 AS "failingMs"`,
});

/**
 * The endpoints that something can be sent to now, or that have not been compared with all of the feed. The order is
 * that of the index, so that nothing else is read.
 */
export async function findDueEndpoints(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findDueEndpoints',
    text: `SELECT id FROM webhook_endpoints JOIN webhook_endpoint_states ON endpoint_id = id
           WHERE status = 'enabled' AND deleted_at IS NULL AND (paused_until IS NULL OR paused_until <= now())
             AND (webhook_endpoint_states.position < ${FEED_HEAD}
                  OR EXISTS (SELECT FROM delivery_leases WHERE delivery_leases.endpoint_id = id AND leased_until <= now())
                  OR (SELECT next_attempt_at FROM deliveries WHERE deliveries.endpoint_id = id AND deliveries.status = 'pending'
                      ORDER BY next_attempt_at, event_id LIMIT 1) <= now())`,
  });
  return rows.map(({ id }) => id);
}
