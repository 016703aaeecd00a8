import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import type { DisabledReason } from './webhook-endpoints.ts';

/** A delivery that is ours to send until its lease ends. */
export interface ClaimedDelivery {
  readonly eventId: string;
  readonly body: string;
  /** Failures since it was made or replayed. */
  readonly failures: number;
}

/** After this many rounds in which every request failed, an endpoint is left alone for a while. */
const FAILED_ROUNDS = 3;
const FIRST_PAUSE_S = 30;
const LONGEST_PAUSE_S = 600;

/**
 * Rows are named by arrays of their keys in what follows, and looked up one by one: a plan made while a table was small would
 * otherwise read all that an endpoint was ever told (it did: 560 ms for 256 attempts).
 */

/**
 * Claims the next due deliveries of an endpoint for `leaseMs`: at most `most`, what its rate limit leaves of this second, and
 * one alone when its last rounds have failed. None while it is paused or disabled. Who dies
 * with a claim loses it when the lease ends: then it is sent again.
 */
export async function claimDeliveries(
  database: Queryable,
  endpointId: string,
  most: number,
  leaseMs: number,
): Promise<ClaimedDelivery[]> {
  const { rows } = await database.query<ClaimedDelivery>({
    name: 'claimDeliveries',
    text: `WITH state AS MATERIALIZED (
             SELECT failures, rate_limit, window_requests, window_started_at > now() - interval '1 second' AS same_window
             FROM webhook_endpoint_states JOIN webhook_endpoints ON id = endpoint_id
             WHERE endpoint_id = $1 AND status = 'enabled' AND deleted_at IS NULL
               AND (paused_until IS NULL OR paused_until <= now())
             FOR UPDATE OF webhook_endpoint_states
           ), room AS MATERIALIZED (
             SELECT greatest(0, least(
               CASE WHEN failures >= ${FAILED_ROUNDS} THEN 1 ELSE $2 END,
               rate_limit - CASE WHEN same_window THEN window_requests ELSE 0 END
             )) AS requests FROM state
           ), due AS MATERIALIZED (
             SELECT event_id FROM deliveries
             WHERE endpoint_id = $1 AND status = 'pending' AND next_attempt_at <= now()
             ORDER BY endpoint_id, next_attempt_at, event_id
             LIMIT coalesce((SELECT requests FROM room), 0) FOR UPDATE SKIP LOCKED
           ), claimed AS (
             UPDATE deliveries SET next_attempt_at = now() + $3 * interval '1 millisecond'
             WHERE endpoint_id = $1 AND event_id = ANY (ARRAY (SELECT event_id FROM due))
             RETURNING event_id, failures
           ), counted AS (
             UPDATE webhook_endpoint_states
             SET window_started_at = CASE WHEN same_window THEN window_started_at ELSE now() END,
                 window_requests = CASE WHEN same_window THEN state.window_requests ELSE 0 END + found.requests,
                 paused_until = CASE WHEN state.failures >= ${FAILED_ROUNDS} THEN now() + $3 * interval '1 millisecond' END
             FROM state CROSS JOIN (SELECT count(*)::int AS requests FROM due) AS found
             WHERE endpoint_id = $1 AND found.requests > 0
           )
           SELECT event_id AS "eventId", body, failures
           FROM claimed CROSS JOIN LATERAL (SELECT body FROM events WHERE id = claimed.event_id OFFSET 0) AS event`,
    values: [endpointId, most, leaseMs],
  });
  return rows;
}

/**
 * What came of one HTTP try. `retryInMs` is null if it was the last one. It is a time span, because whether a delivery is due is
 * decided by the database's clock, and that of who sends it may be hours off.
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

const ATTEMPT_ARRAYS = {
  3: 'boolean[]',
  4: 'timestamptz[]',
  5: 'int[]',
  6: 'smallint[]',
  7: 'text[]',
  8: 'text[]',
  9: 'float8[]',
};

/** What parameter `n` says of the event of a row. A join would compare all with all. */
function given(n: keyof typeof ATTEMPT_ARRAYS): string {
  return `($${n}::${ATTEMPT_ARRAYS[n]})[array_position($2::uuid[], event_id)]`;
}

/**
 * Writes down a round of attempts at an endpoint: each in the log, what came of its delivery, and how the endpoint is doing.
 * It is left alone for `pauseMs`, and for longer the more rounds have failed altogether. What has succeeded stays so, whatever
 * comes of an attempt whose lease had ended.
 * @returns for how many milliseconds every request has failed; null if one did not.
 */
export async function recordAttempts(
  database: Queryable,
  endpointId: string,
  attempts: readonly AttemptRecord[],
  pauseMs: number,
): Promise<number | null> {
  const { rows } = await database.query<{ failingMs: number | null }>({
    name: 'recordAttempts',
    text: `WITH told AS (
             UPDATE deliveries
             SET attempts = attempts + 1,
                 failures = failures + CASE WHEN ${given(3)} THEN 0 ELSE 1 END,
                 status = CASE WHEN ${given(3)} OR status = 'succeeded' THEN 'succeeded'
                               WHEN ${given(9)} IS NULL THEN 'failed' ELSE 'pending' END,
                 next_attempt_at = CASE WHEN NOT ${given(3)} AND status <> 'succeeded' THEN now() + ${given(9)} * interval '1 millisecond' END,
                 completed_at = CASE WHEN status = 'succeeded' THEN completed_at
                                     WHEN ${given(3)} OR ${given(9)} IS NULL THEN now() END
             WHERE endpoint_id = $1 AND event_id = ANY ($2)
             RETURNING event_id, attempts
           ), logged AS (
             INSERT INTO delivery_attempts (endpoint_id, event_id, number, started_at, duration_ms, response_status, error,
                                            response_excerpt)
             SELECT $1, event_id, attempts, ${([4, 5, 6, 7, 8] as const).map(given).join(', ')}
             FROM told
           ), round AS (
             SELECT bool_or(succeeded) AS succeeded FROM unnest($3::boolean[]) AS succeeded
           )
           UPDATE webhook_endpoint_states
           SET failures = CASE WHEN succeeded THEN 0 ELSE failures + 1 END,
               failing_since = CASE WHEN NOT succeeded THEN coalesce(failing_since, now()) END,
               paused_until = greatest(
                 CASE WHEN $10 > 0 THEN now() + $10 * interval '1 millisecond' END,
                 CASE WHEN NOT succeeded AND failures + 1 >= ${FAILED_ROUNDS} THEN
                   now() + least(${LONGEST_PAUSE_S}, ${FIRST_PAUSE_S} * 2 ^ least(failures + 1 - ${FAILED_ROUNDS}, 10))
                           * interval '1 second' END)
           FROM round WHERE endpoint_id = $1
           RETURNING (extract(epoch FROM now() - failing_since) * 1000)::float8 AS "failingMs"`,
    values: [
      endpointId,
      arrayLiteral(attempts.map(({ eventId }) => eventId)),
      attempts.map(({ succeeded }) => succeeded),
      attempts.map(({ startedAt }) => startedAt),
      attempts.map(({ durationMs }) => Math.round(durationMs)),
      attempts.map(({ responseStatus }) => responseStatus),
      attempts.map(({ error }) => error),
      attempts.map(({ responseExcerpt }) => responseExcerpt),
      attempts.map(({ retryInMs }) => retryInMs),
      Math.round(pauseMs),
    ],
  });
  return rows[0]?.failingMs ?? null;
}

/** Disables an endpoint. What is pending for it waits until it is enabled again. @returns whether it was enabled. */
export async function disableEndpoint(
  database: Queryable,
  endpointId: string,
  reason: Exclude<DisabledReason, 'requested'>,
): Promise<boolean> {
  const { rows } = await database.query({
    name: 'disableEndpoint',
    text: `UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = $2, disabled_at = now(), updated_at = now()
           WHERE id = $1 AND status = 'enabled' AND deleted_at IS NULL RETURNING id`,
    values: [endpointId, reason],
  });
  return rows.length > 0;
}

/** The endpoints that can be told something now. The order is that of the index, so that nothing else is read. */
export async function findDueEndpoints(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findDueEndpoints',
    text: `SELECT id FROM webhook_endpoints JOIN webhook_endpoint_states ON endpoint_id = id
           WHERE status = 'enabled' AND deleted_at IS NULL AND (paused_until IS NULL OR paused_until <= now())
             AND (SELECT next_attempt_at FROM deliveries WHERE deliveries.endpoint_id = id AND deliveries.status = 'pending'
                  ORDER BY next_attempt_at, event_id LIMIT 1) <= now()`,
  });
  return rows.map(({ id }) => id);
}
