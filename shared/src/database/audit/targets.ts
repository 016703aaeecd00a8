import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../pool.ts';
import { FIRST_ID, LAST_ID } from './bounds.ts';
import { checkTarget } from './check-target.ts';
import type { Pieces, Violation } from './pieces.ts';
import { NOTHING, addSums, readTargets, sumMoved, sumMovedSince } from './target-sums.ts';

/** A target is what other operations take from: a hold for captures and releases, an operation for its reversals. */

/** Targets of more operations than this are examined one at a time. */
const MANY = 100;

/**
 * P3: the captured, released and reversed amounts are those stored for each hold and operation, never more than there
 * was; an operation that was to take everything left did so. Targets of few operations are examined several at a time
 * in one snapshot, those of many in pieces.
 * @param since operations after this id are examined: an older target only if one of them takes from it.
 * @param from the id after which to begin.
 */
export async function* checkTargets(
  pieces: Pieces,
  tell: (violation: Violation) => void,
  { since, from }: { since: string; from: string },
): AsyncGenerator<string> {
  let after = from;
  while (after < LAST_ID) {
    const piece = await pieces.read(async (client, rows) => {
      const upTo = (await readBound(client, after, rows)) ?? LAST_ID;
      const chosen = await chooseTargets(client, { after, upTo, since });
      const few = chosen.filter(({ isLong }) => !isLong).map(({ id }) => id);
      const sums = await sumMoved(client, few);
      const found = (await readTargets(client, few)).flatMap((target) =>
        checkTarget(target, sums.get(target.id) ?? NOTHING),
      );
      return { upTo, found, long: chosen.filter(({ isLong }) => isLong) };
    });
    piece.found.forEach(tell);
    for (const { id } of piece.long) await checkLongTarget(pieces, id, tell);
    after = piece.upTo;
    yield after;
  }
}

/** An id after `after` up to which no table has more than `rows` rows; null if there are no more than that. */
async function readBound(client: Client, after: string, rows: number): Promise<string | null> {
  const found = await client.query<{ id: string | null }>(
    `SELECT least((SELECT operation_id FROM holds WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM reversed_operations WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1),
                  (SELECT operation_id FROM operation_terms WHERE operation_id > $1 ORDER BY operation_id OFFSET $2 LIMIT 1)) AS id`,
    [after, rows - 1],
  );
  return found.rows[0]?.id ?? null;
}

/** The targets of a range, and those from before `since` whose last operation is in it. */
async function chooseTargets(
  client: Client,
  { after, upTo, since }: { after: string; upTo: string; since: string },
): Promise<{ id: string; isLong: boolean }[]> {
  const { rows } = await client.query<{ id: string; isLong: boolean }>(
    `SELECT id, EXISTS (SELECT FROM operation_terms WHERE target_id = id OFFSET ${MANY}) AS "isLong"
     FROM (
       SELECT operation_id AS id FROM holds WHERE operation_id > $1 AND operation_id <= $2
       UNION ALL
       SELECT operation_id FROM reversed_operations WHERE operation_id > $1 AND operation_id <= $2
       UNION ALL
       SELECT DISTINCT target_id FROM operation_terms AS terms
       WHERE operation_id > $1 AND operation_id <= $2 AND target_id <= $3
         AND (SELECT operation_id FROM operation_terms WHERE target_id = terms.target_id AND operation_id > $2 LIMIT 1) IS NULL
     ) AS target`,
    [after, upTo, since],
  );
  return rows;
}

/**
 * A target of many operations. What those up to a version of its account have moved can no longer change, and is added
 * up from several snapshots; the rest is added in the snapshot in which the target is read. If some were archived
 * meanwhile, the sum starts again, because it is unknown which were counted already.
 */
async function checkLongTarget(pieces: Pieces, id: string, tell: (violation: Violation) => void): Promise<void> {
  const begun = await pieces.read(async (client) => (await readTargets(client, [id]))[0]);
  if (begun === undefined) return;
  let sums = NOTHING;
  let after = FIRST_ID;
  while (after < LAST_ID) {
    const piece = await pieces.read(async (client, rows) => {
      const bound = await readTermsBound(client, { id, after }, rows);
      const range = { after, upTo: bound ?? LAST_ID, version: begun.version };
      const moved = (await sumMoved(client, [id], range)).get(id) ?? NOTHING;
      if (bound !== null) return { bound, moved, since: NOTHING, target: undefined };
      const [target] = await readTargets(client, [id]);
      return { bound, moved, since: await sumMovedSince(client, begun), target };
    });
    sums = addSums(addSums(sums, piece.moved), piece.since);
    after = piece.bound ?? LAST_ID;
    if (piece.bound !== null || piece.target === undefined) continue;
    if (!isDeepStrictEqual(piece.target.archived, begun.archived)) return checkLongTarget(pieces, id, tell);
    checkTarget(piece.target, sums).forEach(tell);
  }
}

/** The id of the last of the next `rows` operations that take from a target; null if there are fewer. */
async function readTermsBound(
  client: Client,
  { id, after }: { id: string; after: string },
  rows: number,
): Promise<string | null> {
  const found = await client.query<{ id: string }>(
    `SELECT operation_id AS id FROM operation_terms WHERE target_id = $1 AND operation_id > $2
     ORDER BY operation_id OFFSET $3 LIMIT 1`,
    [id, after, rows - 1],
  );
  return found.rows[0]?.id ?? null;
}
