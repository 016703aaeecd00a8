import type { Queryable } from '../pool.ts';

/**
 * Ends a scheduled operation as cancelled. @returns whether it was scheduled. Its wallets stay locked until the
 * transaction ends.
 */
export async function cancelScheduled(database: Queryable, id: string): Promise<boolean> {
  const { rows } = await database.query<{ done: boolean }>({
    name: 'cancelScheduled',
    text: 'SELECT cancel_scheduled($1) AS done',
    values: [id],
  });
  return rows[0]?.done ?? false;
}
