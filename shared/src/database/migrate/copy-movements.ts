import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/**
 * Copies the history from before migration 11 into the tables of that migration while processes write: piece by piece, each a
 * transaction of its own that is compared with what it was copied from (`copy_movements`, in the migration), with a pause
 * between them. It resumes where it was stopped.
 * @throws the database's error if a copy is not as what it was copied from. Then nothing of that piece is kept.
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
      // Autovacuum is off for them until migration 12. A database that has just been made has nothing to clean up.
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

/** Some 100 ms. */
const PIECE = 2_000;
/** The share of its time that the copy rests: the processes are to keep most of what the server can do. */
const REST = 1;
const TELL_MS = 5_000;

/** As the server's last VACUUM or ANALYZE has it. */
async function estimateOperations(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ estimate: string }>(
    `SELECT greatest(reltuples, 0)::bigint AS estimate FROM pg_class WHERE oid = 'operations'::regclass`,
  );
  return rows[0]?.estimate ?? '0';
}
