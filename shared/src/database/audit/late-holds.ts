import type { Pieces, Violation } from './pieces.ts';

/** More than a running service needs to release an expired hold. */
const OVERDUE = '10 minutes';

/**
 * An open hold that has expired must be released by an operation of the service. That may still be queued; but once it
 * has failed, the hold is reported until another one has succeeded.
 * @param from the expiry after which to begin.
 */
export async function* checkLateHolds(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  for (;;) {
    const piece = await pieces.read(async (client, rows) => {
      const bound = await client.query<{ at: string | null; isLast: boolean }>(BOUND, [after, rows - 1]);
      const { at, isLast = true } = bound.rows[0] ?? {};
      return { at, isLast, found: (await client.query<Violation>(LATE_HOLDS, [after, at])).rows };
    });
    piece.found.forEach(tell);
    if (piece.isLast || !piece.at) return;
    after = piece.at;
    yield after;
  }
}

/** The holds that expired up to a time by which about `rows` at most have. */
const BOUND = `SELECT coalesce(next.at, now() - interval '${OVERDUE}')::text AS at, next.at IS NULL AS "isLast"
  FROM (
    SELECT (SELECT expires_at FROM holds
            WHERE remaining > 0 AND expires_at > $1::timestamptz AND expires_at <= now() - interval '${OVERDUE}'
            ORDER BY expires_at OFFSET $2 LIMIT 1) AS at
  ) AS next`;

const LATE_HOLDS = `SELECT 'hold_not_expired' AS violation, 'hold ' || holds.operation_id AS subject,
         format('expired at %s, %s remains, %s expiries failed', expires_at, remaining, expiries.failed) AS detail
  FROM holds
  CROSS JOIN LATERAL (
    SELECT count(*) AS accepted, count(failure.operation_id) AS failed
    FROM (SELECT operation_id FROM operation_terms WHERE target_id = holds.operation_id AND reason = 'expired' OFFSET 0) AS expiry
    LEFT JOIN LATERAL (SELECT operation_id FROM failures WHERE operation_id = expiry.operation_id OFFSET 0) AS failure ON true
  ) AS expiries
  WHERE remaining > 0 AND expires_at IS NOT NULL AND expires_at > $1::timestamptz AND expires_at <= $2::timestamptz
    AND expiries.accepted = expiries.failed`;
