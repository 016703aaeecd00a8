import { arrayLiteral } from './array-literal.ts';
import type { Queryable } from './pool.ts';

/** The first key of the two-key advisory locks. The second is the partition, or 0 for a global lock. */
export const ADVISORY_LOCK = { accept: 1, drain: 2, relay: 3, retention: 5, archive: 6, assets: 7, due: 8 } as const;

/**
 * Takes, until the end of the transaction, the drain locks of those partitions that no other session holds. Only the
 * holder may apply a partition's operations.
 * @returns the partitions that were locked.
 */
export async function tryLockPartitions(database: Queryable, partitions: readonly number[]): Promise<number[]> {
  const { rows } = await database.query<{ partition: number }>({
    name: 'tryLockPartitions',
    text: `SELECT partition FROM unnest($1::int[]) AS partition
           WHERE pg_try_advisory_xact_lock(${ADVISORY_LOCK.drain}, partition)`,
    values: [arrayLiteral(partitions)],
  });
  return rows.map((row) => row.partition);
}
