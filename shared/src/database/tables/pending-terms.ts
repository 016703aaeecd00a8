import type { Hold, Leg, Original } from '../../ledger/terms.ts';
import { OPERATION_TYPES } from '../../words/operation.ts';
import { isReversible } from '../../words/kinds.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/** What is needed to apply operations with terms, besides the operations themselves. */

export interface PendingTerms {
  readonly operationId: string;
  /** The hold of a capture or a release; the operation that a reversal takes back. */
  readonly targetId: string | null;
  /** The house account that receives a capture. */
  readonly toAccountId: bigint | null;
  readonly final: boolean;
  /** Of a posting, in their order. */
  readonly legs: readonly Leg[];
}

/** A leg as JSON: numbers beyond 2^53 are text. */
type LegRow = readonly [from: string, to: string, amount: string, transferable: boolean];

export async function readTerms(database: Queryable, operationIds: readonly string[]): Promise<PendingTerms[]> {
  const { rows } = await database.query<Omit<PendingTerms, 'legs'> & { legs: readonly LegRow[] | null }>({
    name: 'readTerms',
    text: `SELECT terms.operation_id AS "operationId", terms.target_id AS "targetId", terms.to_account_id AS "toAccountId",
                  terms.final IS NOT FALSE AS final,
                  CASE WHEN terms.legs IS NOT NULL THEN (
                    SELECT json_agg(json_build_array(from_account_id::text, to_account_id::text, amount::text, transferable)
                                    ORDER BY leg)
                    FROM operation_legs JOIN assets ON assets.id = operation_legs.asset_id
                    WHERE operation_id = terms.operation_id
                  ) END AS legs
           FROM unnest($1::uuid[]) AS wanted (id)
           JOIN operation_terms AS terms ON terms.operation_id = wanted.id`,
    values: [arrayLiteral(operationIds)],
  });
  return rows.map((row) => ({ ...row, legs: (row.legs ?? []).map(toLeg) }));
}

function toLeg([from, to, amount, transferable]: LegRow): Leg {
  return { from: BigInt(from), to: BigInt(to), amount: BigInt(amount), transferable };
}

/**
 * The accounts on which operations move, besides the main and held accounts of their own wallets. Unfinished operations
 * are included, so everything that a reversal of them can touch is known before it is locked.
 */
export async function readAccountsOfOriginals(database: Queryable, operationIds: readonly string[]): Promise<bigint[]> {
  const { rows } = await database.query<{ id: bigint }>({
    name: 'readAccountsOfOriginals',
    // A line waits in the partition of the 12 bits after the version in its id (words/batch.ts).
    text: `SELECT account.id
           FROM unnest($1::uuid[]) AS wanted (id)
           CROSS JOIN settings
           CROSS JOIN LATERAL (
             SELECT id, wallet_id, to_wallet_id, asset_id, type, batch_id FROM operations WHERE id = wanted.id OFFSET 0
           ) AS original
           LEFT JOIN LATERAL (
             SELECT to_account_id FROM operation_terms WHERE operation_id = original.id OFFSET 0
           ) AS terms ON true
           LEFT JOIN LATERAL (
             SELECT wallet_hash FROM accounts WHERE wallet_id = original.wallet_id OFFSET 0
           ) AS own ON true
           CROSS JOIN LATERAL (
             SELECT CASE WHEN original.batch_id IS NULL THEN own.wallet_hash % settings.partitions
                         ELSE (get_byte(uuid_send(original.id), 6) & 15) * 256 + get_byte(uuid_send(original.id), 7)
                    END AS partition
             WHERE original.to_wallet_id IS NULL AND terms.to_account_id IS NULL AND original.type <> 'posting'
           ) AS place
           CROSS JOIN LATERAL (
             SELECT id FROM accounts
             WHERE system = 'treasury' AND asset_id = original.asset_id AND accounts.partition = place.partition
           ) AS account
           UNION ALL
           SELECT accounts.id
           FROM unnest($1::uuid[]) AS wanted (id) JOIN operations ON operations.id = wanted.id
           JOIN accounts ON accounts.wallet_id = operations.to_wallet_id
           UNION ALL
           SELECT to_account_id
           FROM unnest($1::uuid[]) AS wanted (id) JOIN operation_terms ON operation_id = wanted.id
           WHERE to_account_id IS NOT NULL
           UNION ALL
           SELECT end_id
           FROM unnest($1::uuid[]) AS wanted (id) JOIN operation_legs ON operation_id = wanted.id
           CROSS JOIN LATERAL unnest(ARRAY[from_account_id, to_account_id]) AS end_id`,
    values: [arrayLiteral(operationIds)],
  });
  return rows.map(({ id }) => id);
}

/** The holds that have succeeded. They cannot change while the held accounts of their wallets are locked. */
export async function readHolds(database: Queryable, holdIds: readonly string[]): Promise<Hold[]> {
  const { rows } = await database.query<Hold>({
    name: 'readHolds',
    text: `SELECT operation_id AS id, amount, captured, released FROM holds WHERE operation_id = ANY ($1::uuid[])`,
    values: [arrayLiteral(holdIds)],
  });
  return rows;
}

/**
 * The operations that have succeeded and can be reversed; archived ones cannot. They cannot change while the accounts
 * of their wallets are locked.
 */
export async function readOriginals(database: Queryable, operationIds: readonly string[]): Promise<Original[]> {
  const { rows } = await database.query<{ id: string; reversed: string } & Original['back'][number]>({
    name: 'readOriginals',
    // A reversed capture goes back to the wallet itself; what a capture released of its hold stays where it is.
    text: `SELECT operations.id, movement.leg, movement.to_account_id AS "from",
                  CASE operations.type WHEN 'capture' THEN own.id ELSE movement.from_account_id END AS "to",
                  movement.amount, coalesce(reversed_operations.reversed, 0) AS reversed
           FROM unnest($1::uuid[]) AS wanted (id)
           JOIN operations ON operations.id = wanted.id
           JOIN accounts AS own ON own.wallet_id = operations.wallet_id
           JOIN movements AS movement
             ON movement.operation_id = operations.id AND (movement.leg = 0 OR operations.type <> 'capture')
           LEFT JOIN reversed_operations ON reversed_operations.operation_id = operations.id
           WHERE operations.type = ANY ($2::text[])
           ORDER BY operations.id, movement.leg`,
    values: [arrayLiteral(operationIds), arrayLiteral(OPERATION_TYPES.filter(isReversible))],
  });
  const originals = new Map<string, Original & { back: Original['back'][number][] }>();
  for (const { id, reversed, ...back } of rows) {
    const known = originals.get(id);
    if (known === undefined) originals.set(id, { id, back: [back], reversed: BigInt(reversed) });
    else known.back.push(back);
  }
  return [...originals.values()];
}
