import type { Queryable } from '../pool.ts';

/**
 * Gives each scheduled operation that is due by the database's clock its place in the queue, at most `most`. It commits by itself,
 * and does nothing while another worker is at it.
 * @returns where each waits now.
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
