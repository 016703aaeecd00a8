import { to as copyTo } from 'pg-copy-streams';
import type { Client } from '../pool.ts';
import { acceptedAs, joinBatch } from '../audit/acceptance.ts';
import { FILES, type FileKind, type FileWriter } from './files.ts';
import type { Pace } from './pace.ts';
import { inPiece } from './session.ts';

/** The amount moved of an asset, in minor units. */
export interface Sum {
  readonly code: string;
  readonly assetId: number;
  readonly movements: bigint;
  readonly amount: bigint;
}

export type Writers = Readonly<Record<FileKind, FileWriter>>;

/** The operations of a piece, and what was written of each account. */
const TABLES = `CREATE TEMP TABLE IF NOT EXISTS archive_piece (operation_id uuid PRIMARY KEY) ON COMMIT DELETE ROWS;
  CREATE TEMP TABLE IF NOT EXISTS archive_reached (
    account_id bigint PRIMARY KEY,
    version bigint NOT NULL,
    movements bigint NOT NULL,
    change numeric NOT NULL,
    accepted numeric
  );
  TRUNCATE archive_reached`;

/**
 * Writes the operations before `beforeId` that do not stay, with their movements and failures, in the order of ids.
 * Each piece is read from one snapshot; ended operations cannot change, so the pieces fit together.
 * @returns the sums, by asset.
 */
export async function exportOperations(
  client: Client,
  { beforeId, writers, pace, mayRest }: { beforeId: string; writers: Writers; pace: Pace; mayRest: number },
): Promise<Sum[]> {
  await client.query(TABLES);
  const sums = new Map<string, Sum>();
  for (let after: string | null = FIRST; after !== null;) {
    const from: string = after;
    const piece = await pace.take(
      (rows) => inPiece(client, () => exportPiece(client, { from, beforeId, writers, rows })),
      () => mayRest,
    );
    for (const { code, assetId, movements, amount } of piece.sums) {
      const sum = sums.get(code) ?? { movements: 0n, amount: 0n };
      sums.set(code, { code, assetId, movements: sum.movements + movements, amount: sum.amount + BigInt(amount) });
    }
    after = piece.upTo;
  }
  return [...sums.values()].sort((one, other) => one.assetId - other.assetId);
}

const FIRST = '00000000-0000-0000-0000-000000000000';

interface PieceSum extends Omit<Sum, 'amount'> {
  /** The sum of many bigints is a numeric, which arrives as text. */
  readonly amount: string;
}

async function exportPiece(
  client: Client,
  { from, beforeId, writers, rows }: { from: string; beforeId: string; writers: Writers; rows: number },
): Promise<{ upTo: string | null; sums: PieceSum[] }> {
  const bound = await client.query<{ id: string }>(
    'SELECT id FROM operations WHERE id > $1 AND id < $2 ORDER BY id OFFSET $3 LIMIT 1',
    [from, beforeId, rows - 1],
  );
  const upTo = bound.rows[0]?.id ?? null;
  await client.query(CHOOSE, [from, upTo ?? beforeId, beforeId]);
  for (const kind of ['operations', 'movements', 'failures', 'terms', 'legs'] as const)
    await copy(
      client,
      writers[kind],
      `SELECT ${FILES[kind].map((column) => `row.${column}`).join(', ')} ${OF_PIECE[kind]}`,
    );
  await client.query(REACH);
  const { rows: sums } = await client.query<PieceSum>(SUM);
  return { upTo, sums };
}

/** Appends the result of a query to a file. */
export async function copy(client: Client, writer: FileWriter, query: string): Promise<void> {
  const stream = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv)`));
  await writer.write(stream as AsyncIterable<Buffer>, () => stream.rowCount);
}

/** The operations after $1 up to $2, and before $3, that have ended and do not stay. */
const CHOOSE = `INSERT INTO archive_piece
  SELECT operation.id
  FROM operations AS operation
  LEFT JOIN LATERAL (
    SELECT operation_id FROM movements WHERE operation_id = operation.id AND leg = 0
    UNION ALL SELECT operation_id FROM failures WHERE operation_id = operation.id LIMIT 1
  ) AS ended ON true
  LEFT JOIN LATERAL (SELECT operation_id FROM archive_kept WHERE operation_id = operation.id OFFSET 0) AS kept ON true
  WHERE id > $1 AND id <= $2 AND id < $3 AND ended.operation_id IS NOT NULL AND kept.operation_id IS NULL`;

const MOVEMENTS_OF_PIECE = `FROM (SELECT operation_id FROM archive_piece ORDER BY operation_id) AS piece
  CROSS JOIN LATERAL (SELECT * FROM movements WHERE operation_id = piece.operation_id OFFSET 0) AS row`;
const OF_PIECE = {
  operations: `FROM (SELECT operation_id FROM archive_piece ORDER BY operation_id) AS piece
    CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = piece.operation_id OFFSET 0) AS row`,
  movements: MOVEMENTS_OF_PIECE,
  failures: `FROM (SELECT operation_id FROM archive_piece ORDER BY operation_id) AS piece
    CROSS JOIN LATERAL (SELECT * FROM failures WHERE operation_id = piece.operation_id OFFSET 0) AS row`,
  // Includes the state of a hold, and how much of the operation was reversed: those rows are archived with it.
  terms: `FROM (
      SELECT operation_id, target_id, to_account_id, final, expires_at, reason, legs, captured AS hold_captured,
             released AS hold_released, reversed
      FROM archive_piece
      LEFT JOIN LATERAL (
        SELECT target_id, to_account_id, final, expires_at, reason, legs, true AS found FROM operation_terms
        WHERE operation_id = archive_piece.operation_id OFFSET 0
      ) AS terms ON true
      LEFT JOIN LATERAL (
        SELECT captured, released FROM holds WHERE operation_id = archive_piece.operation_id OFFSET 0
      ) AS hold ON true
      LEFT JOIN LATERAL (
        SELECT reversed FROM reversed_operations WHERE operation_id = archive_piece.operation_id OFFSET 0
      ) AS taken_back ON true
      WHERE found OR reversed IS NOT NULL
      ORDER BY operation_id
    ) AS row`,
  legs: `FROM (SELECT operation_id FROM archive_piece ORDER BY operation_id) AS piece
    CROSS JOIN LATERAL (SELECT * FROM operation_legs WHERE operation_id = piece.operation_id ORDER BY leg OFFSET 0) AS row`,
};

const SUM = `SELECT code, row.asset_id AS "assetId", count(*) AS movements, sum(amount)::text AS amount
  ${MOVEMENTS_OF_PIECE} JOIN LATERAL (SELECT code FROM assets WHERE id = row.asset_id OFFSET 0) AS asset ON true
  GROUP BY code, row.asset_id`;

/**
 * Adds up the piece for each account. An operation's position in the order of acceptance counts on the account of its
 * wallet.
 */
const REACH = `INSERT INTO archive_reached AS reached (account_id, version, movements, change, accepted)
  SELECT side.account_id, max(side.version), count(*), sum(side.change), max(side.accepted)
  ${MOVEMENTS_OF_PIECE}
  CROSS JOIN LATERAL (
    SELECT wallet_id, ${acceptedAs('operations', 'batch')} AS accepted
    FROM operations ${joinBatch('operations', 'batch')}
    WHERE operations.id = row.operation_id OFFSET 0
  ) AS operation
  LEFT JOIN LATERAL (SELECT id FROM accounts WHERE wallet_id = operation.wallet_id OFFSET 0) AS home ON true
  CROSS JOIN LATERAL (VALUES
    (from_account_id, from_version, -amount, CASE from_account_id WHEN home.id THEN operation.accepted END),
    (to_account_id, to_version, amount, CASE to_account_id WHEN home.id THEN operation.accepted END)
  ) AS side (account_id, version, change, accepted)
  GROUP BY side.account_id
  ON CONFLICT (account_id) DO UPDATE
    SET version = greatest(reached.version, excluded.version), movements = reached.movements + excluded.movements,
        change = reached.change + excluded.change, accepted = greatest(reached.accepted, excluded.accepted)`;

/** The movements written for an account are not its first ones in the database. */
export class BrokenChain extends Error {}

/**
 * Writes the state of each account after what was written of it, in the order of accounts. That must include every
 * movement from the account's last checkpoint to this one.
 * @throws BrokenChain
 */
export async function exportCheckpoints(client: Client, writer: FileWriter, pace: Pace): Promise<void> {
  for (let after: bigint | null = 0n; after !== null;) {
    const from: bigint = after;
    after = await pace.take(
      (rows) =>
        inPiece(client, async () => {
          const bound = await client.query<{ id: bigint }>(
            'SELECT account_id AS id FROM archive_reached WHERE account_id > $1 ORDER BY account_id OFFSET $2 LIMIT 1',
            [from, rows - 1],
          );
          const upTo = bound.rows[0]?.id ?? null;
          const range = checkpoints(from, upTo);
          const { rows: broken } = await client.query<{ id: bigint }>(
            `SELECT account_id AS id ${range}
             AND (reached.movements, movement.balance) IS DISTINCT FROM
               (reached.version - coalesce(base.version, 0), coalesce(base.balance, 0) + reached.change) LIMIT 1`,
          );
          const [culprit] = broken;
          if (culprit !== undefined) throw new BrokenChain(`account ${culprit.id}`);
          await copy(
            client,
            writer,
            `SELECT account_id, reached.version, movement.balance, movement.operation_id,
                    greatest(reached.accepted, base.accepted), movement.created_at ${range} ORDER BY account_id`,
          );
          return upTo;
        }),
      () => 0,
    );
  }
}

const checkpoints = (after: bigint, upTo: bigint | null): string => `FROM archive_reached AS reached
  LEFT JOIN LATERAL (
    SELECT version, balance, accepted FROM archive_checkpoints WHERE account_id = reached.account_id OFFSET 0
  ) AS base ON true
  LEFT JOIN LATERAL (
    SELECT operation_id, from_balance AS balance, created_at FROM movements
    WHERE from_account_id = reached.account_id AND from_version = reached.version
    UNION ALL
    SELECT operation_id, to_balance, created_at FROM movements
    WHERE to_account_id = reached.account_id AND to_version = reached.version
    LIMIT 1
  ) AS movement ON true
  WHERE account_id > ${after} ${upTo === null ? '' : `AND account_id <= ${upTo}`}`;
