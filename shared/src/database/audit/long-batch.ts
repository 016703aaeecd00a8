import { boundsOfBatch, boundsOfPart } from '../../words/batch.ts';
import type { Client } from '../pool.ts';
import {
  type Batch,
  type Tally,
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
import type { Pieces, Violation } from './pieces.ts';

/**
 * A batch with too many lines for one piece. Its lines never change, nor do the outcomes of lines that its parts have
 * passed: both are added up from several snapshots. The outcomes after that are added in the snapshot in which the
 * totals of the part are read, while the batch may still be being applied.
 */
export async function checkLongBatch(
  pieces: Pieces,
  batch: Batch,
  tell: (violation: Violation) => void,
): Promise<void> {
  const lines = await addUpLines(pieces, batch, tell);
  const parts = await pieces.read(async (client) => {
    // After the lines: it may have been archived since they were read.
    checkLines([batch], lines, await findArchived(client, [batch.id])).forEach(tell);
    (await findWrongParts(client, [batch.id])).forEach(tell);
    return readPartitions(client, batch.id);
  });
  const partitions = new Set([...parts, ...[...lines.values()].map(({ partition }) => partition)]);
  for (const partition of partitions) await checkPart(pieces, { batch, partition, lines }, tell);
}

/** Adds up the lines, and finds those that were overtaken. */
async function addUpLines(pieces: Pieces, { id }: Batch, tell: (violation: Violation) => void): Promise<Tally> {
  const [lowest, highest] = boundsOfBatch(id);
  let tally: Tally = new Map();
  for (let after = lowest; after < highest;) {
    const piece = await pieces.read(async (client, rows) => {
      const upTo = (await readBound(client, { after, upTo: highest }, rows)) ?? highest;
      const range = { batchId: id, after, upTo };
      return { upTo, sums: await sumLines(client, [range]), found: await findOvertakenLines(client, [range]) };
    });
    piece.found.forEach(tell);
    tally = tallyOf([...tally.values()], piece.sums);
    after = piece.upTo;
  }
  return tally;
}

/** Adds up the outcomes of the lines of a part, and compares them with the totals of the batch. */
async function checkPart(
  pieces: Pieces,
  { batch: { id }, partition, lines }: { batch: Batch; partition: number; lines: Tally },
  tell: (violation: Violation) => void,
): Promise<void> {
  const [lowest, highest] = boundsOfPart(id, partition);
  let tally = tallyOf([...lines.values()].filter((sums) => sums.partition === partition));
  for (let after = lowest; after < highest;) {
    const piece = await pieces.read(async (client, rows) => {
      const passed = await readPassed(client, id, partition);
      const bound = passed === null ? null : await readBound(client, { after, upTo: passed }, rows);
      const upTo = bound ?? highest;
      const sums = await sumEnded(client, [{ batchId: id, after, upTo }]);
      if (bound !== null) return { upTo, sums, told: null };
      return {
        upTo,
        sums,
        told: { totals: await readTotals(client, [id]), archived: await findArchived(client, [id]) },
      };
    });
    tally = tallyOf([...tally.values()], piece.sums);
    after = piece.upTo;
    if (piece.told !== null)
      checkTotals(
        piece.told.totals.filter((sums) => sums.partition === partition),
        tally,
        piece.told.archived,
      ).forEach(tell);
  }
}

/** The id of the last of the next `rows` operations in a range; null if there are fewer. */
async function readBound(
  client: Client,
  { after, upTo }: { after: string; upTo: string },
  rows: number,
): Promise<string | null> {
  const found = await client.query<{ id: string }>(
    'SELECT id FROM operations WHERE id > $1 AND id <= $2 ORDER BY id OFFSET $3 LIMIT 1',
    [after, upTo, rows - 1],
  );
  return found.rows[0]?.id ?? null;
}

/** The line up to which the part has no pending ones; null if there is no such part. */
async function readPassed(client: Client, id: string, partition: number): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT after_id AS id FROM batch_parts WHERE batch_id = $1 AND partition = $2',
    [id, partition],
  );
  return rows[0]?.id ?? null;
}

/** The partitions in which a batch states to have lines. */
async function readPartitions(client: Client, id: string): Promise<number[]> {
  const { rows } = await client.query<{ partition: number }>(
    'SELECT DISTINCT partition FROM batch_totals WHERE batch_id = $1',
    [id],
  );
  return rows.map(({ partition }) => partition);
}
