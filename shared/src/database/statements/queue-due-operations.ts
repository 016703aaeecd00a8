import type { Queryable } from '../pool.ts';

/**
 * Queues at most `most` scheduled operations that are due by the database's clock. It commits by itself, and does
 * nothing while another worker does the same.
 * @returns the partition of each.
 */
export async function queueDueOperations(
  database: Queryable,
  most: number,
): Promise<{ partition: number; low: boolean }[]> {
  const { rows } = await database.query<{ partition: number; low: boolean }>({
    name: 'queueDueOperations',
    text: 'SELECT ring_partition AS partition, ring_low AS low FROM queue_due_operations($1)',
    values: [most],
  });
  return rows;
}
