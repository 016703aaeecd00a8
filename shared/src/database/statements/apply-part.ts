import { KINDS } from '../../words/kinds.ts';
import { MAX_MINOR_UNITS } from '../../words/money.ts';
import { OPERATION_TYPES } from '../../words/operation.ts';
import { BrokenInvariant } from '../../words/broken-invariant.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_ENDED } from '../tables/outcomes.ts';

/** The next lines of a batch in a partition, applied. */
export interface AppliedLines {
  readonly batchId: string;
  readonly lines: number;
  /** Whether no line of the batch is left pending in this partition. */
  readonly isClosed: boolean;
}

/**
 * Applies at most `limit` next lines of the batch in a partition whose drain lock is held, entirely inside the
 * database. That is possible if none of them can be rejected, because every wallet is active and none leaves its bounds
 * on the way: then only addition is left of the rules of the ledger, and it is done here in sets.
 *
 * It also requires that nothing has to be chosen: no other batch, nothing of low priority, and no operation from before
 * the batch is pending in the partition, the batch is neither atomic nor cancelled, and its lines send no events.
 * @returns null if that is not so, or a line could be rejected. Then nothing was written.
 */
export async function applyPart(database: Queryable, partition: number, limit: number): Promise<AppliedLines | null> {
  const { rows } = await database.query<AppliedLines & Record<'posted' | 'moved' | 'advanced' | 'expected', number>>({
    name: 'applyPart',
    text: APPLY_PART,
    values: [partition, limit, typesInSets('to'), typesInSets('from'), MAX_MINOR_UNITS],
  });
  const [row] = rows;
  if (row === undefined) return null;
  const { batchId, lines, isClosed, ...written } = row;
  if (written.posted !== lines || written.moved !== written.expected || written.advanced !== 1) {
    throw new BrokenInvariant('the rows written are not those of the lines', { batchId, lines, written });
  }
  return { batchId, lines, isClosed };
}

/** The lines of the types that may be applied in sets whose amount is credited to the wallet, or debited from it. */
function typesInSets(side: 'from' | 'to'): string {
  return arrayLiteral(OPERATION_TYPES.filter((type) => KINDS[type].inSets && KINDS[type][side] === 'wallet'));
}

/**
 * Accounts are locked in the order of `lockAccounts`: treasuries first, then wallets, each in the order of their ids;
 * none if a line is of another type, because such lines also touch accounts that come earlier in that order. The time
 * is read after locking, so that it is not before that of their last entries.
 */
const APPLY_PART = `WITH parts AS MATERIALIZED (
    SELECT batch_id, after_id, last_id, seq, atomic OR line_events OR cancelled_at IS NOT NULL AS is_special
    FROM batch_parts JOIN batches ON batches.id = batch_parts.batch_id
    WHERE partition = $1 AND open
  ), part AS MATERIALIZED (
    SELECT * FROM parts
    WHERE NOT is_special AND (SELECT count(*) FROM parts) = 1
      AND NOT EXISTS (SELECT FROM pending_operations WHERE partition = $1 AND low)
      AND NOT EXISTS (
        SELECT FROM pending_operations
        WHERE (partition, low, seq) >= ($1, false, 0) AND (partition, low, seq) < ($1, false, parts.seq)
      )
  ), lines AS MATERIALIZED (
    SELECT line.*, sum(change) OVER whole AS sum_so_far, row_number() OVER whole AS number,
           lead(id) OVER whole IS NULL AS is_last_of_asset
    FROM part CROSS JOIN LATERAL (
      SELECT id, wallet_id, asset_id,
             CASE WHEN type = ANY ($3::text[]) THEN amount WHEN type = ANY ($4::text[]) THEN -amount END AS change
      FROM operations
      ${LEFT_JOIN_ENDED}
      WHERE id > part.after_id AND id <= part.last_id AND ${HAS_NOT_ENDED}
      ORDER BY id LIMIT $2
    ) AS line
    WINDOW whole AS (PARTITION BY asset_id ORDER BY id ROWS UNBOUNDED PRECEDING)
  ), treasuries AS MATERIALIZED (
    SELECT id, asset_id, status, balance, version FROM accounts
    WHERE system = 'treasury' AND partition = $1 AND asset_id = ANY (ARRAY (SELECT DISTINCT asset_id FROM lines))
      AND NOT EXISTS (SELECT FROM lines WHERE change IS NULL)
    ORDER BY id FOR UPDATE
  ), locked AS MATERIALIZED (
    SELECT lines.*, accounts.id AS account_id, accounts.status, accounts.balance, accounts.credit_limit, accounts.version
    FROM lines JOIN accounts ON accounts.wallet_id = lines.wallet_id
    WHERE (SELECT count(*) FROM treasuries) > 0
    ORDER BY accounts.id, lines.id FOR UPDATE OF accounts
  ), running AS MATERIALIZED (
    SELECT locked.id, change, locked.asset_id, account_id, locked.balance + sum(change) OVER own AS balance, credit_limit,
           locked.version + row_number() OVER own AS version, lead(locked.id) OVER own IS NULL AS is_last,
           treasuries.id AS treasury_id, treasuries.balance - sum_so_far AS treasury_balance,
           treasuries.version + number AS treasury_version, is_last_of_asset,
           locked.status = 'active' AND treasuries.status = 'active' AS is_active
    FROM locked JOIN treasuries ON treasuries.asset_id = locked.asset_id
    WINDOW own AS (PARTITION BY account_id ORDER BY locked.id ROWS UNBOUNDED PRECEDING)
  ), verdict AS MATERIALIZED (
    SELECT clock_timestamp() AS moment, (SELECT count(*) FROM lines) AS lines,
           count(*) FILTER (WHERE is_last) + count(*) FILTER (WHERE is_last_of_asset) AS accounts
    FROM running
    HAVING count(*) = (SELECT count(*) FROM lines)
       AND count(*) = count(*) FILTER (
         WHERE is_active AND change IS NOT NULL AND balance BETWEEN -credit_limit AND $5::bigint
       )
  ), posted AS (
    INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                           amount, created_at, asset_id)
    SELECT id, CASE WHEN gains THEN treasury_id ELSE account_id END, CASE WHEN gains THEN treasury_version ELSE version END,
           CASE WHEN gains THEN treasury_balance ELSE balance END, CASE WHEN gains THEN account_id ELSE treasury_id END,
           CASE WHEN gains THEN version ELSE treasury_version END, CASE WHEN gains THEN balance ELSE treasury_balance END,
           abs(change), moment, asset_id
    FROM verdict CROSS JOIN (SELECT *, change > 0 AS gains FROM running) AS running
    RETURNING 1
  ), moved AS (
    UPDATE accounts SET balance = reached.balance, version = reached.version, last_operation_id = reached.operation_id,
                        updated_at = reached.moment
    FROM (
      SELECT account_id, version, balance, id AS operation_id, moment FROM verdict CROSS JOIN running WHERE is_last
      UNION ALL
      SELECT treasury_id, treasury_version, treasury_balance, id, moment
      FROM verdict CROSS JOIN running WHERE is_last_of_asset
    ) AS reached
    WHERE accounts.id = reached.account_id
    RETURNING 1
  ), advanced AS (
    UPDATE batch_parts SET touched_at = moment, after_id =
      CASE WHEN lines < $2 THEN part.last_id ELSE (SELECT id FROM lines ORDER BY id DESC LIMIT 1) END
    FROM part CROSS JOIN verdict
    WHERE batch_parts.batch_id = part.batch_id AND batch_parts.partition = $1
    RETURNING open
  ), counted AS (
    UPDATE batch_totals
    SET succeeded = succeeded + done.lines, succeeded_amount = succeeded_amount + done.amount,
        started_at = coalesce(started_at, now())
    FROM part CROSS JOIN (
      SELECT asset_id, count(*) AS lines, sum(abs(change)) AS amount FROM verdict CROSS JOIN running GROUP BY asset_id
    ) AS done
    WHERE batch_totals.batch_id = part.batch_id AND batch_totals.partition = $1 AND batch_totals.asset_id = done.asset_id
  )
  SELECT part.batch_id AS "batchId", lines::int, NOT (SELECT open FROM advanced) AS "isClosed", accounts::int AS expected,
         (SELECT count(*)::int FROM posted) AS posted,
         (SELECT count(*)::int FROM moved) AS moved, (SELECT count(*)::int FROM advanced) AS advanced
  FROM part CROSS JOIN verdict`;
