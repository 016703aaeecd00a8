import { wasOvertaken } from './acceptance.ts';
import type { Pieces, Violation } from './pieces.ts';

/** A position in the queue: everything up to it was examined. */
export interface QueueCursor {
  readonly partition: number;
  readonly low: boolean;
  readonly seq: string;
}

/**
 * P1: a pending entry is an operation that has not ended, where a worker finds it. P2: nothing was applied while an
 * earlier single operation of its wallet was still pending; atomic batches have no position in that order.
 */
export async function* checkQueue(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: QueueCursor | null,
): AsyncGenerator<QueueCursor> {
  let after = from ?? { partition: -1, low: false, seq: '0' };
  // Operations accepted from now on are not examined, so this terminates.
  const newest = await pieces.read(async (client) => {
    const { rows } = await client.query<{ seq: string | null }>('SELECT max(seq)::text AS seq FROM pending_operations');
    return rows[0]?.seq ?? '0';
  });
  for (;;) {
    const { partition, low, seq } = after;
    const piece = await pieces.read(async (client, rows) => {
      const waiting = await client.query<QueueCursor & { found: readonly Violation[] }>(QUEUE, [
        ...[partition, low, seq],
        ...[newest, rows],
      ]);
      return waiting.rows;
    });
    for (const { found } of piece) found.forEach(tell);
    const last = piece.at(-1);
    if (last === undefined) return;
    after = { partition: last.partition, low: last.low, seq: last.seq };
    yield after;
  }
}

const QUEUE = `SELECT waiting.partition, waiting.low, waiting.seq::text, found.found
  FROM (
    SELECT partition, low, seq, operation_id, wallet_id FROM pending_operations
    WHERE (partition, low, seq) > ($1::smallint, $2::boolean, $3::bigint) AND seq <= $4::bigint
    ORDER BY partition, low, seq LIMIT $5
  ) AS waiting
  LEFT JOIN LATERAL (
    SELECT id, wallet_id, seq, priority FROM operations WHERE id = waiting.operation_id OFFSET 0
  ) AS operation ON true
  LEFT JOIN LATERAL (
    SELECT operation_id FROM movements WHERE operation_id = waiting.operation_id
    UNION ALL SELECT operation_id FROM failures WHERE operation_id = waiting.operation_id LIMIT 1
  ) AS ended ON true
  LEFT JOIN LATERAL (
    SELECT seq FROM pending_operations
    WHERE (wallet_id, seq) >= (waiting.wallet_id, 0) AND (wallet_id, seq) < (waiting.wallet_id, waiting.seq) LIMIT 1
  ) AS earlier ON true
  CROSS JOIN LATERAL (SELECT waiting.seq::numeric * 4294967296 AS accepted) AS place
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('violation', violation, 'subject', 'operation ' || waiting.operation_id,
                                                 'detail', detail)) FILTER (WHERE violation IS NOT NULL), '[]') AS found
    FROM (VALUES
      (CASE WHEN (operation.wallet_id, operation.seq) IS DISTINCT FROM (waiting.wallet_id, waiting.seq)
              OR operation.priority <> CASE WHEN waiting.low THEN 'low' ELSE 'high' END
              OR waiting.partition NOT BETWEEN 0 AND (SELECT partitions FROM settings) - 1 THEN 'pending_not_of_operation' END,
       format('partition %s seq %s wallet %s', waiting.partition, waiting.seq, waiting.wallet_id)),
      (CASE WHEN ended.operation_id IS NOT NULL AND operation.id IS NOT NULL THEN 'operation_pending_and_final' END,
       format('wallet %s', waiting.wallet_id)),
      (CASE WHEN earlier.seq IS NOT NULL THEN NULL
            WHEN ${wasOvertaken({ wallet: 'waiting.wallet_id', id: 'waiting.operation_id', accepted: 'place.accepted' })}
              THEN 'pending_overtaken' END,
       format('wallet %s has a later operation that is final', waiting.wallet_id))
    ) AS checked (violation, detail)
  ) AS found
  ORDER BY waiting.partition, waiting.low, waiting.seq`;
