import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/**
 * Copies the history from before migration 11 into the tables of that migration while processes write, in pieces with
 * pauses between them. Each piece is a transaction that compares the copy with its source (`copy_movements`, in the
 * migration). An interrupted copy resumes.
 * @throws the database's error if a copy differs from its source. That piece is then rolled back.
 */
export async function copyMovements(client: pg.ClientBase, progress: (sentence: string) => void): Promise<void> {
  const expected = await estimateOperations(client);
  let told = performance.now();
  for (;;) {
    const began = performance.now();
    const { rows } = await client.query<{ operations: string; complete: boolean }>(
      `SELECT operations, complete FROM copy_movements(${PIECE})`,
    );
    const [reached] = rows;
    if (reached === undefined) throw new Error('the copy did not answer');
    if (reached.complete) {
      // Autovacuum is off for them until migration 12. A new database has nothing to clean up.
      if (reached.operations !== '0') await client.query('VACUUM (ANALYZE) movements, failures, operation_keys');
      return;
    }
    const now = performance.now();
    if (now - told >= TELL_MS) {
      progress(`copied the history of ${reached.operations} of about ${expected} operations`);
      told = now;
    }
    await delay((now - began) * REST);
  }
}

/** Takes about 100 ms. */
const PIECE = 2_000;
/** The share of its time that the copy pauses: the processes need most of the server's capacity. */
const REST = 1;
const TELL_MS = 5_000;

/** From the server's last VACUUM or ANALYZE. */
async function estimateOperations(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ estimate: string }>(
    `SELECT greatest(reltuples, 0)::bigint AS estimate FROM pg_class WHERE oid = 'operations'::regclass`,
  );
  return rows[0]?.estimate ?? '0';
}
