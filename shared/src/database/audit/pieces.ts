import type { Client, Database } from '../pool.ts';
import { inTransaction } from '../transaction.ts';

/** A broken promise: its stable name, the row it was found on, and what is wrong with it. */
export interface Violation {
  readonly violation: string;
  readonly subject: string;
  readonly detail: string;
}

/** Reads a database in pieces, each in its own short snapshot. */
export interface Pieces {
  /** Runs `work` in a read-only snapshot. `rows` is roughly how many rows it may read. */
  read<Result>(work: (client: Client, rows: number) => Promise<Result>): Promise<Result>;
  /** The number of pieces, and how long the longest held its snapshot. */
  readonly taken: { readonly count: number; readonly longestMs: number };
}

const LEAST_ROWS = 100;
const FIRST_ROWS = 1_000;
/**
 * A piece that takes longer than this makes the next ones smaller; one that takes less than a quarter of it makes them
 * larger.
 */
const AIM_MS = 200;

/**
 * Forces every look-up of a piece to go by key, whatever the planner thinks of table sizes, so a piece costs the same
 * in a large database as in a small one.
 */
const BEGIN = `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off; SET LOCAL enable_memoize = off; SET LOCAL jit = off`;

/** The size of a piece follows from the time earlier pieces took, and is at most `mostRows`. */
export function createPieces(database: Database, mostRows: number): Pieces {
  let rows = Math.min(FIRST_ROWS, mostRows);
  const taken = { count: 0, longestMs: 0 };
  return {
    taken,
    async read(work) {
      const started = performance.now();
      const result = await inTransaction(database, async (client) => {
        await client.query(BEGIN);
        return work(client, rows);
      });
      const ms = performance.now() - started;
      taken.count += 1;
      taken.longestMs = Math.max(taken.longestMs, ms);
      if (ms > AIM_MS) rows = Math.max(Math.min(LEAST_ROWS, mostRows), Math.floor(rows / 2));
      else if (ms < AIM_MS / 4) rows = Math.min(mostRows, rows * 2);
      return result;
    },
  };
}
