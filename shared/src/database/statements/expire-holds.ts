import type { Queryable } from '../pool.ts';

/**
 * Accepts the expiry of at most `most` holds that are due by the database's clock. It commits by itself, and does
 * nothing while another worker does the same.
 * @returns the partition of each.
 */
export async function expireHolds(database: Queryable, most: number): Promise<number[]> {
  const { rows } = await database.query<{ partition: number }>({
    name: 'expireHolds',
    text: 'SELECT expire_holds AS partition FROM expire_holds($1)',
    values: [most],
  });
  return rows.map((row) => row.partition);
}
