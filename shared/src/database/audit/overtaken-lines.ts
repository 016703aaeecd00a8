import type { Client } from '../pool.ts';
import { wasOvertaken } from './acceptance.ts';
import type { LineRange } from './batch-sums.ts';
import type { Violation } from './pieces.ts';

/**
 * Of the pending lines in the ranges, the first of each wallet and range, if a later operation of the wallet has ended.
 */
export async function findOvertakenLines(client: Client, ranges: readonly LineRange[]): Promise<Violation[]> {
  const { rows } = await client.query<Violation>(OVERTAKEN, [
    ranges.map(({ batchId }) => batchId),
    ranges.map(({ after }) => after),
    ranges.map(({ upTo }) => upTo),
  ]);
  return rows;
}

const OVERTAKEN = `SELECT 'pending_overtaken' AS violation, 'operation ' || line.id AS subject,
         format('wallet %s has a later operation that is final', line.wallet_id) AS detail
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS range (batch_id, after_id, last_id)
  CROSS JOIN LATERAL (
    SELECT seq FROM batches WHERE id = range.batch_id AND NOT atomic OFFSET 0
  ) AS batch
  CROSS JOIN LATERAL (
    SELECT DISTINCT ON (pending.wallet_id) pending.id, pending.wallet_id, batch.seq::numeric * 4294967296 + pending.line AS accepted
    FROM batch_parts
    CROSS JOIN LATERAL (
      SELECT id, wallet_id, line FROM operations
      WHERE id > greatest(batch_parts.after_id, range.after_id) AND id <= least(batch_parts.last_id, range.last_id)
        AND batch_id = range.batch_id
      OFFSET 0
    ) AS pending
    LEFT JOIN LATERAL (
      SELECT operation_id FROM movements WHERE operation_id = pending.id AND leg = 0
      UNION ALL SELECT operation_id FROM failures WHERE operation_id = pending.id LIMIT 1
    ) AS ended ON true
    WHERE batch_parts.batch_id = range.batch_id AND after_id < last_id AND ended.operation_id IS NULL
    ORDER BY pending.wallet_id, pending.id
  ) AS line
  WHERE ${wasOvertaken({ wallet: 'line.wallet_id', id: 'line.id', accepted: 'line.accepted' })}`;
