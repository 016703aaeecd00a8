import { boundsOfBatch } from '../../words/batch.ts';
import type { Client } from '../pool.ts';
import { LAST_ID } from './bounds.ts';
import { checkLongBatch } from './long-batch.ts';
import type { Pieces, Violation } from './pieces.ts';
import {
  type Batch,
  checkLines,
  checkTotals,
  findArchived,
  findWrongParts,
  readTotals,
  sumEnded,
  sumLines,
  tallyOf,
} from './batch-sums.ts';
import { findOvertakenLines } from './overtaken-lines.ts';

/**
 * P1: a batch has the lines that it was accepted with, and states their outcomes and the number of its open parts. P2:
 * nothing was applied while an earlier line of a batch was pending. An archived batch may have fewer lines than it
 * states, but not more. Small batches are examined several at a time in one snapshot, a long one in pieces.
 * @param from the batch after which to begin.
 */
export async function* checkBatches(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  from: string,
): AsyncGenerator<string> {
  let after = from;
  // Operations accepted from now on are not examined, so this terminates.
  const end = await pieces.read(async (client) => {
    const { rows } = await client.query<{ id: string }>('SELECT id FROM batches ORDER BY id DESC LIMIT 1');
    return rows[0]?.id ?? '';
  });
  while (after < end) {
    const piece = await pieces.read(async (client, rows) => {
      const batches = await chooseBatches(client, after, rows);
      const isLong = batches.some(({ total }) => total > rows);
      return { batches, isLong, found: isLong ? [] : await checkShortBatches(client, batches) };
    });
    piece.found.forEach(tell);
    if (piece.isLong) for (const batch of piece.batches) await checkLongBatch(pieces, batch, tell);
    after = piece.batches.at(-1)?.id ?? LAST_ID;
    yield after;
  }
}

/** The next batches: as many as have about `rows` lines together, and at least one. */
async function chooseBatches(client: Client, after: string, rows: number): Promise<Batch[]> {
  const chosen = await client.query<Batch>(
    `SELECT id, coalesce(total, 0) AS total FROM (
       SELECT id, total, sum(1 + coalesce(total, 0)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS until, row_number() OVER (ORDER BY id) AS number
       FROM (SELECT id, total FROM batches WHERE id > $1 ORDER BY id LIMIT $2) AS next
     ) AS numbered
     WHERE until <= $2 OR number = 1 ORDER BY id`,
    [after, rows],
  );
  return chosen.rows;
}

async function checkShortBatches(client: Client, batches: readonly Batch[]): Promise<Violation[]> {
  const ids = batches.map(({ id }) => id);
  const ranges = batches.map(({ id }) => {
    const [lowest, highest] = boundsOfBatch(id);
    return { batchId: id, after: lowest, upTo: highest };
  });
  const tally = tallyOf(await sumLines(client, ranges), await sumEnded(client, ranges));
  const totals = await readTotals(client, ids);
  const archived = await findArchived(client, ids);
  return [
    ...checkLines(batches, tally, archived),
    ...checkTotals(totals, tally, archived),
    ...(await findWrongParts(client, ids)),
    ...(await findOvertakenLines(client, ranges)),
  ];
}
