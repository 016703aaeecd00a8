import type { Client } from '../pool.ts';
import type { Pace } from './pace.ts';
import { inPiece } from './session.ts';

/** The first open hold with an id below `beforeId`; null if there is none. */
export async function findOpenHold(client: Client, beforeId: string): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT operation_id AS id FROM holds WHERE operation_id < $1 AND remaining > 0 ORDER BY operation_id LIMIT 1',
    [beforeId],
  );
  return rows[0]?.id ?? null;
}

/**
 * Operations with an id below `$before` are written if they have ended, so that what is written of an account are its
 * first movements in the database. The operations that stay are listed in a table of the session. They are few: those
 * still pending, and those applied after an operation of the following month.
 */
const KEPT = `CREATE TEMP TABLE IF NOT EXISTS archive_kept (operation_id uuid PRIMARY KEY);
  TRUNCATE archive_kept`;

/**
 * Chooses which operations before `beforeId` stay.
 * @param lateSince only movements since this time are examined: only they can follow one of the next month. Null
 * examines all.
 */
export async function chooseKept(
  client: Client,
  { beforeId, lateSince, pace }: { beforeId: string; lateSince: Date | null; pace: Pace },
): Promise<void> {
  await client.query(KEPT);
  await inPiece(client, () => client.query(KEEP_UNFINISHED, [beforeId]));
  for (let after: string | null = FIRST; after !== null;) {
    const from: string = after;
    after = await pace.take(
      (rows) =>
        inPiece(client, async () => {
          const bound = await client.query<{ id: string }>(BOUND, [from, beforeId, rows - 1]);
          const upTo = bound.rows[0]?.id ?? null;
          await client.query(KEEP_LATE, [from, upTo ?? beforeId, beforeId, lateSince]);
          return upTo;
        }),
      () => 0,
    );
  }
}

const FIRST = '00000000-0000-0000-0000-000000000000';

const BOUND = `SELECT operation_id AS id FROM movements WHERE operation_id > $1 AND operation_id < $2
  ORDER BY operation_id OFFSET $3 LIMIT 1`;

/**
 * The operations after those of `first` on one of their accounts, and transitively those after them, within the month.
 */
const keepWithAllBehind = (first: string, beforeId: string): string => `WITH RECURSIVE behind AS (
    ${first}
    UNION
    SELECT next.operation_id
    FROM behind
    CROSS JOIN LATERAL (SELECT * FROM movements WHERE operation_id = behind.operation_id OFFSET 0) AS movement
    CROSS JOIN LATERAL (
      ${at('movement', 1)}
    ) AS next
    WHERE next.operation_id < ${beforeId}
      AND NOT EXISTS (SELECT FROM archive_kept WHERE operation_id = next.operation_id OFFSET 0)
  )
  INSERT INTO archive_kept SELECT operation_id FROM behind ON CONFLICT DO NOTHING`;

/** The operations of the movements that many versions away, on both of its accounts. */
function at(movement: string, versions: 1 | -1): string {
  const sides = ['from', 'to'].flatMap((side) =>
    ['from', 'to'].map(
      (other) => `SELECT operation_id FROM movements
        WHERE ${other}_account_id = ${movement}.${side}_account_id AND ${other}_version = ${movement}.${side}_version + ${versions}`,
    ),
  );
  return sides.join('\n      UNION ALL ');
}

/**
 * Pending and scheduled operations, the operations they name, and all lines of unfinished batches, even those that have
 * ended: $1 is the id after the month.
 */
const KEEP_UNFINISHED = keepWithAllBehind(
  `SELECT operation_id FROM (
      SELECT operation_id FROM pending_operations WHERE operation_id < $1
      UNION ALL
      SELECT operation_id FROM scheduled_operations WHERE operation_id < $1
      UNION ALL
      SELECT target_id
      FROM (
        SELECT operation_id FROM pending_operations UNION ALL SELECT operation_id FROM scheduled_operations
      ) AS waiting
      CROSS JOIN LATERAL (
        SELECT target_id FROM operation_terms WHERE operation_id = waiting.operation_id OFFSET 0
      ) AS terms
      WHERE target_id < $1
      UNION ALL
      SELECT line.id
      FROM (SELECT id FROM batches WHERE id < $1 AND finished_at IS NULL) AS batch
      CROSS JOIN LATERAL (
        SELECT id FROM operations
        WHERE id >= (overlay(batch.id::text PLACING '000' FROM 16 FOR 3))::uuid AND id <= (left(batch.id::text, 31) || 'fffff')::uuid
          AND batch_id = batch.id
        OFFSET 0
      ) AS line
    ) AS unfinished`,
  '$1',
);

/** Of the movements after $1 up to $2, those that follow a movement of an operation from $3 on. */
const KEEP_LATE = keepWithAllBehind(
  `SELECT late.operation_id
    FROM (
      SELECT * FROM movements
      WHERE operation_id > $1 AND operation_id <= $2 AND operation_id < $3 AND ($4::timestamptz IS NULL OR created_at >= $4)
    ) AS late
    CROSS JOIN LATERAL (
      ${at('late', -1)}
    ) AS earlier
    WHERE earlier.operation_id >= $3`,
  '$3',
);
