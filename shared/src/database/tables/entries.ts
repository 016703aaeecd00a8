import type { OperationType } from '../../words/operation.ts';
import type { Queryable } from '../pool.ts';

/** A line of a wallet's history: its entry, with the operation behind it. `amount` is signed. */
export interface HistoryLine {
  readonly version: bigint;
  readonly operationId: string;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly balance: bigint;
  /** The other wallet of a transfer. */
  readonly otherWalletId: string | null;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly createdAt: Date;
}

/** Which lines: `from` is included, `to` is not; `before` is the version that the page begins below. */
export interface HistoryFilter {
  readonly type: OperationType | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: bigint | null;
}

/**
 * At most `limit` lines of the wallet's history, newest first. Times become versions, and versions have no gaps: a page is a
 * walk down them, and looks each up on both sides of movements. To ask for a range of them and sort would read all of it.
 */
export async function listHistory(
  database: Queryable,
  walletId: string,
  filter: HistoryFilter,
  limit: number,
): Promise<HistoryLine[]> {
  const { rows } = await database.query<HistoryLine>({
    name: 'listHistory',
    text: `WITH range AS MATERIALIZED (${RANGE_OF_WALLET})
           SELECT * FROM (
             SELECT entries.version, entries.operation_id AS "operationId", operations.type, entries.amount,
                    entries.balance::bigint AS balance,
                    CASE WHEN operations.wallet_id = $1 THEN operations.to_wallet_id ELSE operations.wallet_id END
                      AS "otherWalletId",
                    operations.description, operations.reference_id AS "referenceId", entries.created_at AS "createdAt"
             FROM (
               SELECT account_id, generate_series(least(upto, $5::bigint - 1), after + 1, -1) AS version FROM range
             ) AS place
             CROSS JOIN LATERAL (
               SELECT * FROM entries WHERE account_id = place.account_id AND version = place.version OFFSET 0
             ) AS entries
             CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = entries.operation_id OFFSET 0) AS operations
             WHERE $4::text IS NULL OR operations.type = $4
             LIMIT $6
           ) AS page ORDER BY version DESC`,
    values: [walletId, filter.from, filter.to, filter.type, filter.before, limit],
  });
  return rows;
}

/** The versions of wallet $1 from $2 (included) to $3 (not included) that are not in the archives: above `after`, up to `upto`. */
const RANGE_OF_WALLET = `
  SELECT id AS account_id,
         coalesce(CASE WHEN $2::timestamptz IS NOT NULL THEN version_at(id, $2 - interval '1 microsecond') END, archived.version, 0) AS after,
         CASE WHEN $3::timestamptz IS NULL THEN accounts.version
              ELSE coalesce(version_at(id, $3 - interval '1 microsecond'), 0) END AS upto
  FROM accounts LEFT JOIN archive_checkpoints AS archived ON account_id = id WHERE wallet_id = $1`;

/** What a type of operation did to a wallet. `credited` and `debited` are both positive. */
export interface Totals {
  readonly type: OperationType;
  readonly count: bigint;
  readonly credited: bigint;
  readonly debited: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Counts and sums by type over the wallet's entries from `from` (included) to `to` (not included). */
export async function sumHistory(
  database: Queryable,
  walletId: string,
  from: Date | null,
  to: Date | null,
): Promise<Totals[]> {
  const { rows } = await database.query<Omit<Totals, 'credited' | 'debited'> & { credited: string; debited: string }>({
    name: 'sumHistory',
    text: `WITH range AS MATERIALIZED (${RANGE_OF_WALLET})
           SELECT operations.type, count(*) AS count,
                  coalesce(sum(entries.amount) FILTER (WHERE entries.amount > 0), 0) AS credited,
                  coalesce(-sum(entries.amount) FILTER (WHERE entries.amount < 0), 0) AS debited,
                  min(entries.created_at) AS "firstAt", max(entries.created_at) AS "lastAt"
           FROM entries JOIN operations ON operations.id = entries.operation_id
           WHERE entries.account_id = (SELECT account_id FROM range)
             AND entries.version > (SELECT after FROM range)
             AND entries.version <= (SELECT upto FROM range)
           GROUP BY operations.type ORDER BY operations.type`,
    values: [walletId, from, to],
  });
  // The sum of many bigints is a numeric, which arrives as text.
  return rows.map((row) => ({ ...row, credited: BigInt(row.credited), debited: BigInt(row.debited) }));
}
