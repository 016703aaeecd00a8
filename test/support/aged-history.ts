import type { Database } from '@wallet/shared/database/pool';
import { breakTheLaw } from './break-the-law.ts';

/**
 * The columns that hold ids of operations and batches, and the times of each row, which move with the first of its ids.
 */
const COLUMNS = {
  operations: { ids: ['id', 'batch_id'], moments: ['created_at'] },
  movements: { ids: ['operation_id'], moments: ['created_at'] },
  failures: { ids: ['operation_id'], moments: ['completed_at'] },
  operation_keys: { ids: ['operation_id'], moments: [] },
  operation_terms: { ids: ['operation_id', 'target_id'], moments: ['expires_at'] },
  operation_legs: { ids: ['operation_id'], moments: [] },
  holds: { ids: ['operation_id'], moments: ['expires_at'] },
  reversed_operations: { ids: ['operation_id'], moments: [] },
  pending_operations: { ids: ['operation_id'], moments: ['accepted_at'] },
  accounts: { ids: ['last_operation_id'], moments: [] },
  batches: { ids: ['id', 'retry_of'], moments: ['accepted_at', 'finished_at', 'cancelled_at'] },
  batch_parts: { ids: ['batch_id', 'after_id', 'last_id'], moments: [] },
  batch_totals: { ids: ['batch_id'], moments: [] },
  batch_replays: { ids: ['batch_id', 'operation_id'], moments: [] },
} as const;

/**
 * Makes everything accepted since the operation or batch `since` look accepted this many milliseconds earlier, with
 * matching ids.
 */
export async function age(database: Database, milliseconds: number, since: string): Promise<void> {
  const hex = (id: string): string => `replace(${id}::text, '-', '')`;
  const shifted = (id: string): string =>
    `CASE WHEN ${id} < '${since}' THEN ${id}
     ELSE (lpad(to_hex(('x' || left(${hex(id)}, 12))::bit(48)::bigint - ${milliseconds}), 12, '0') || substr(${hex(id)}, 13))::uuid END`;
  const statements = Object.entries(COLUMNS).map(([table, { ids, moments }]) => {
    const changes = [
      ...ids.map((id) => `${id} = ${shifted(id)}`),
      ...moments.map((moment) => `${moment} = ${moment} - interval '${milliseconds} milliseconds'`),
    ];
    return `UPDATE ${table} SET ${changes.join(', ')} WHERE ${ids[0]} >= '${since}'`;
  });
  await breakTheLaw(database, ...statements);
}

/** No id that is made from now on is lower. */
export function idOfNow(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}
