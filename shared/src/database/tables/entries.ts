import { KINDS } from '../../words/kinds.ts';
import { OPERATION_TYPES, type OperationType } from '../../words/operation.ts';
import type { Queryable } from '../pool.ts';

/**
 * A line of a wallet's history: an entry on its main account with its operation, which can have several. `amount` is
 * signed.
 */
export interface HistoryLine {
  readonly version: bigint;
  readonly operationId: string;
  /** The number of the movement within the operation. */
  readonly leg: number;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly balance: bigint;
  /** The wallet on the other side of the movement, if it is another one. */
  readonly otherWalletId: string | null;
  /** The house account on the other side of the movement, if it is one. */
  readonly otherAccount: string | null;
  /** The hold of a capture or a release; the operation that a reversal takes back. */
  readonly targetId: string | null;
  readonly batchId: string | null;
  readonly description: string | null;
  readonly referenceId: string | null;
  /** The text of a JSON object, as it was sent. */
  readonly metadata: string | null;
  readonly createdAt: Date;
}

/** Which lines: `from` is inclusive, `to` is exclusive; the page has versions below `before`. */
export interface HistoryFilter {
  readonly type: OperationType | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: bigint | null;
}

/**
 * At most `limit` lines of the wallet's history, newest first. Times are converted to versions, which have no gaps: a
 * page walks down the versions and looks each up on both sides of movements. Selecting and sorting a range would read
 * all of it.
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
             SELECT ${LINE}
             FROM (
               SELECT account_id, generate_series(least(upto, $5::bigint - 1), after + 1, -1) AS version FROM range
             ) AS place
             ${OF_PLACE}
             WHERE $4::text IS NULL OR operations.type = $4
             LIMIT $6
           ) AS page ORDER BY version DESC`,
    values: [walletId, filter.from, filter.to, filter.type, filter.before, limit],
  });
  return rows;
}

/** Operations whose own wallets do not identify the other side of an entry: only for those more is looked up. */
const WITH_TERMS = OPERATION_TYPES.filter((type) => KINDS[type].hasTerms)
  .map((type) => `'${type}'`)
  .join(', ');

/** The columns of a line of wallet $1. */
const LINE = `entries.version, entries.operation_id AS "operationId", entries.leg, operations.type, entries.amount,
                    entries.balance::bigint AS balance,
                    CASE WHEN with_terms.id IS NOT NULL THEN nullif(movement.other_wallet_id, $1)
                         WHEN operations.wallet_id = $1 THEN operations.to_wallet_id ELSE operations.wallet_id END
                      AS "otherWalletId",
                    CASE WHEN with_terms.id IS NOT NULL THEN movement.other_account
                         WHEN operations.to_wallet_id IS NULL THEN 'treasury' END AS "otherAccount",
                    terms.target_id AS "targetId", operations.batch_id AS "batchId",
                    operations.description, operations.reference_id AS "referenceId",
                    coalesce(operations.metadata_sent::text, operations.metadata::text) AS metadata,
                    entries.created_at AS "createdAt"`;

/** The parts of a line at a position (account and version), each looked up by key. */
const OF_PLACE = `CROSS JOIN LATERAL (
               SELECT * FROM entries WHERE account_id = place.account_id AND version = place.version OFFSET 0
             ) AS entries
             CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = entries.operation_id OFFSET 0) AS operations
             CROSS JOIN LATERAL (SELECT CASE WHEN operations.type IN (${WITH_TERMS}) THEN operations.id END AS id) AS with_terms
             LEFT JOIN LATERAL (
               SELECT target_id FROM operation_terms WHERE operation_id = with_terms.id OFFSET 0
             ) AS terms ON true
             LEFT JOIN LATERAL (
               SELECT coalesce(other.wallet_id, other.held_of) AS other_wallet_id, other.system AS other_account
               FROM movements CROSS JOIN LATERAL (
                 SELECT wallet_id, held_of, system FROM accounts
                 WHERE id = from_account_id + to_account_id - entries.account_id OFFSET 0
               ) AS other
               WHERE operation_id = with_terms.id AND leg = entries.leg OFFSET 0
             ) AS movement ON true`;

/**
 * The versions of wallet $1 from $2 (inclusive) to $3 (exclusive) that are not archived: above `after`, up to `upto`.
 */
const RANGE_OF_WALLET = `
  SELECT id AS account_id,
         coalesce(CASE WHEN $2::timestamptz IS NOT NULL THEN version_at(id, $2 - interval '1 microsecond') END, archived.version, 0) AS after,
         CASE WHEN $3::timestamptz IS NULL THEN accounts.version
              ELSE coalesce(version_at(id, $3 - interval '1 microsecond'), 0) END AS upto
  FROM accounts LEFT JOIN archive_checkpoints AS archived ON account_id = id WHERE wallet_id = $1`;

/** The effect of a type of operation on a wallet, over `count` entries. `credited` and `debited` are both positive. */
export interface Totals {
  readonly type: OperationType;
  readonly count: bigint;
  readonly credited: bigint;
  readonly debited: bigint;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** Counts and sums by type over the wallet's entries from `from` (inclusive) to `to` (exclusive). */
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

/**
 * The bounds of a statement, from one snapshot: the movements of the account above the version `after`, up to `upTo`.
 */
export interface StatementBounds {
  readonly accountId: bigint;
  readonly after: bigint;
  readonly upTo: bigint;
  /** The balances at these two versions. */
  readonly opening: bigint;
  readonly closing: bigint;
  /** The time of the query, by the database's clock. */
  readonly askedAt: Date;
}

/**
 * The bounds of a statement of a wallet from `from` (inclusive) to `to` (exclusive; null or a future time means now).
 * `archivedBefore`: movements of that period are archived. Null if the wallet does not exist.
 */
export async function findStatementBounds(
  database: Queryable,
  walletId: string,
  from: Date,
  to: Date | null,
): Promise<StatementBounds | { archivedBefore: Date } | null> {
  const { rows } = await database.query<StatementBounds & { movedAt: Date | null; isArchived: boolean }>({
    name: 'findStatementBounds',
    text: `WITH range AS MATERIALIZED (
             SELECT id, archived.version AS archived_version, archived.balance AS archived_balance, moved_at,
                    version_at(id, $2::timestamptz - interval '1 microsecond') AS after,
                    CASE WHEN $3::timestamptz <= statement_timestamp() THEN version_at(id, $3 - interval '1 microsecond')
                         ELSE accounts.version END AS upto
             FROM accounts LEFT JOIN archive_checkpoints AS archived ON account_id = id WHERE wallet_id = $1
           )
           SELECT id AS "accountId", after, upto AS "upTo", moved_at AS "movedAt", after IS NULL AS "isArchived",
                  ${balanceAt('after')} AS opening, ${balanceAt('upto')} AS closing, statement_timestamp() AS "askedAt"
           FROM range`,
    values: [walletId, from, to],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { movedAt, isArchived, ...bounds } = row;
  return isArchived && movedAt !== null ? { archivedBefore: movedAt } : bounds;
}

function balanceAt(version: string): string {
  return `CASE ${version} WHEN 0 THEN 0 WHEN archived_version THEN archived_balance
                       ELSE (SELECT balance FROM entries WHERE account_id = range.id AND version = range.${version})
                  END::bigint`;
}

/** At most `limit` lines of a statement, oldest first, above the version `after`. */
export async function listStatementLines(
  database: Queryable,
  walletId: string,
  { accountId, after, upTo }: Pick<StatementBounds, 'accountId' | 'after' | 'upTo'>,
  limit: number,
): Promise<HistoryLine[]> {
  const { rows } = await database.query<HistoryLine>({
    name: 'listStatementLines',
    text: `SELECT * FROM (
             SELECT ${LINE}
             FROM (SELECT $2::bigint AS account_id, generate_series($3::bigint + 1, least($4::bigint, $3 + $5)) AS version) AS place
             ${OF_PLACE}
           ) AS page ORDER BY version`,
    values: [walletId, accountId, after, upTo, limit],
  });
  return rows;
}
