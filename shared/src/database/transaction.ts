import type { Client, Database } from './pool.ts';
import { isPassing } from './sqlstate.ts';

/**
 * Runs `work` in one transaction on one connection: COMMIT when it returns, ROLLBACK when it throws. A connection that
 * cannot even roll back is closed, not returned to the pool. An error from COMMIT does not prove that nothing was
 * committed: whatever `work` writes must be safe to repeat. `commit` may do the last of the work in the same message.
 */
export async function inTransaction<Result>(
  database: Database,
  work: (client: Client) => Promise<Result>,
  commit = 'COMMIT',
): Promise<Result> {
  return run(database, { begin: 'BEGIN', work, commit });
}

/** Runs `work` in one read-only transaction in which all statements see the same snapshot. */
export async function inSnapshot<Result>(
  database: Database,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  return run(database, { begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work, commit: 'COMMIT' });
}

async function run<Result>(
  database: Database,
  { begin, work, commit }: { begin: string; work: (client: Client) => Promise<Result>; commit: string },
): Promise<Result> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query(commit);
    return result;
  } catch (error) {
    // If the server does not answer, a ROLLBACK would only queue behind the unanswered statement: closing ends both.
    if (error instanceof Error && isPassing(error)) broken = error;
    else
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
    throw error;
  } finally {
    client.release(broken);
  }
}
