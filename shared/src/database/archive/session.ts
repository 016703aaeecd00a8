import type { Client } from '../pool.ts';

/**
 * Forces every look-up of a piece to go by key, whatever the planner thinks of table sizes, so a piece costs the same
 * in a large database as in a small one.
 */
const BEGIN = `BEGIN ISOLATION LEVEL REPEATABLE READ;
  SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; SET LOCAL enable_memoize = off; SET LOCAL jit = off`;

/**
 * Runs `work` in a transaction of the session, on one snapshot. The session holds the archive's lock and its temporary
 * tables, so the whole archive runs in it and ends with it.
 */
export async function inPiece<Result>(client: Client, work: () => Promise<Result>): Promise<Result> {
  await client.query(BEGIN);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
