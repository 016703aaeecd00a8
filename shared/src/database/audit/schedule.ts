import type { Pieces, Violation } from './pieces.ts';

/** A position in the schedule: everything up to it was examined. */
export interface ScheduleCursor {
  /** As the database returns it. */
  readonly executeAt: string;
  readonly operationId: string;
}

/**
 * P1: a scheduled operation has neither a position in the order nor an outcome, and is queued when it is due. Walks the
 * schedule in due order.
 */
export async function* checkSchedule(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: ScheduleCursor | null,
): AsyncGenerator<ScheduleCursor> {
  let after = from ?? { executeAt: '-infinity', operationId: '00000000-0000-0000-0000-000000000000' };
  for (;;) {
    const { executeAt, operationId } = after;
    const piece = await pieces.read(async (client, rows) => {
      const scheduled = await client.query<ScheduleCursor & { found: readonly Violation[] }>(SCHEDULE, [
        ...[executeAt, operationId],
        rows,
      ]);
      return scheduled.rows;
    });
    for (const { found } of piece) found.forEach(tell);
    const last = piece.at(-1);
    if (last === undefined) return;
    after = { executeAt: last.executeAt, operationId: last.operationId };
    yield after;
  }
}

/** If an operation has been due for this long, no worker queues it. */
const LATE = '1 minute';

const SCHEDULE = `SELECT scheduled.execute_at::text AS "executeAt", scheduled.operation_id AS "operationId", found.found
  FROM (
    SELECT execute_at, operation_id, partition FROM scheduled_operations
    WHERE (execute_at, operation_id) > ($1::timestamptz, $2::uuid)
    ORDER BY execute_at, operation_id LIMIT $3
  ) AS scheduled
  LEFT JOIN LATERAL (
    SELECT id, seq, batch_id, wallet_id, execute_at FROM operations WHERE id = scheduled.operation_id OFFSET 0
  ) AS operation ON true
  LEFT JOIN LATERAL (SELECT wallet_hash FROM accounts WHERE wallet_id = operation.wallet_id OFFSET 0) AS account ON true
  LEFT JOIN LATERAL (
    SELECT operation_id FROM movements WHERE operation_id = scheduled.operation_id
    UNION ALL SELECT operation_id FROM failures WHERE operation_id = scheduled.operation_id LIMIT 1
  ) AS ended ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('violation', violation, 'subject', 'operation ' || scheduled.operation_id,
                                                 'detail', detail)) FILTER (WHERE violation IS NOT NULL), '[]') AS found
    FROM (VALUES
      (CASE WHEN operation.id IS NULL OR operation.seq IS NOT NULL OR operation.batch_id IS NOT NULL
              OR (operation.execute_at, account.wallet_hash % (SELECT partitions FROM settings))
                IS DISTINCT FROM (scheduled.execute_at, scheduled.partition) THEN 'scheduled_not_of_operation' END,
       format('at %s in partition %s, place in the order %s', scheduled.execute_at, scheduled.partition, operation.seq)),
      (CASE WHEN ended.operation_id IS NOT NULL THEN 'operation_scheduled_and_final' END,
       format('wallet %s', operation.wallet_id)),
      (CASE WHEN scheduled.execute_at < clock_timestamp() - interval '${LATE}' THEN 'schedule_late' END,
       format('it was due at %s', scheduled.execute_at))
    ) AS checked (violation, detail)
  ) AS found
  ORDER BY scheduled.execute_at, scheduled.operation_id`;
