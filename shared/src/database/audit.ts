import { KINDS, PARTIES, signOf } from '../words/kinds.ts';
import { OPERATION_TYPES } from '../words/operation.ts';
import { inTransaction } from './transaction.ts';
import type { Client, Database } from './pool.ts';

/** A promise that the database does not keep: its stable name, the row it was found on, and what is wrong with it. */
export interface Violation {
  readonly violation: string;
  readonly subject: string;
  readonly detail: string;
}

const FETCH_ROWS = 1_000;

/** The sign of each kind's entries on its wallet, the receiving one and the treasury; null where it has none. */
const EXPECTED_SIGNS = OPERATION_TYPES.map(
  (type) => `('${type}', ${PARTIES.map((party) => `${signOf(KINDS[type], party) ?? 'NULL'}::int`).join(', ')})`,
).join(', ');

/**
 * The checks of P1 to P3. Each is one query over the whole database that answers violation, subject and detail of every
 * row that breaks a promise, and nothing else; the database does the sorting and adding, spilling to disk where it must.
 */
const CHECKS: readonly string[] = [
  // P3: entries sum to zero.
  `SELECT 'entries_unbalanced', 'operation ' || operation_id,
          format('entries of asset %s sum to %s', asset_id, sum(amount))
   FROM entries GROUP BY operation_id, asset_id HAVING sum(amount) <> 0`,

  // P3: versions have no gaps, and each entry continues the one before it.
  `SELECT CASE WHEN version <> before_version + 1 THEN 'version_gap' ELSE 'running_balance_broken' END,
          format('account %s entry %s', account_id, version),
          CASE WHEN version <> before_version + 1 THEN format('follows version %s', before_version)
               ELSE format('balance %s after %s and a change of %s', balance, before_balance, amount) END
   FROM (SELECT account_id, version, balance, amount,
                lag(version, 1, 0::bigint) OVER chain AS before_version,
                lag(balance, 1, 0::bigint) OVER chain AS before_balance
         FROM entries WINDOW chain AS (PARTITION BY account_id ORDER BY version)) AS chained
   WHERE version <> before_version + 1 OR balance <> before_balance + amount`,

  // P3: an account's balance is the sum of its entries; no wallet is below zero.
  `SELECT CASE WHEN accounts.balance <> coalesce(total, 0) THEN 'balance_not_sum_of_entries' ELSE 'negative_balance' END,
          format('account %s of %s', id, coalesce('wallet ' || wallet_id, system)),
          format('balance %s, entries sum to %s', accounts.balance, coalesce(total, 0))
   FROM accounts LEFT JOIN (SELECT account_id, sum(amount) AS total FROM entries GROUP BY account_id) AS sums
     ON sums.account_id = accounts.id
   WHERE accounts.balance <> coalesce(total, 0) OR (accounts.balance < 0 AND wallet_id IS NOT NULL)`,

  // P3: an account stands at its last entry.
  `SELECT 'account_not_at_last_entry', format('account %s of %s', id, coalesce('wallet ' || wallet_id, system)),
          format('version %s balance %s, last entry has version %s balance %s', accounts.version, accounts.balance,
                 coalesce(last.version, 0), coalesce(last.balance, 0))
   FROM accounts LEFT JOIN (
     SELECT DISTINCT ON (account_id) account_id, version, balance FROM entries ORDER BY account_id, version DESC
   ) AS last ON last.account_id = accounts.id
   WHERE accounts.version <> coalesce(last.version, 0) OR accounts.balance <> coalesce(last.balance, 0)`,

  // P3: entries belong to accounts and to operations.
  `SELECT 'entry_without_account_or_operation', format('account %s entry %s', account_id, entries.version),
          'operation ' || operation_id
   FROM entries LEFT JOIN accounts ON accounts.id = account_id LEFT JOIN operations ON operations.id = operation_id
   WHERE accounts.id IS NULL OR operations.id IS NULL`,

  // P1: every single operation is pending or final, and not both.
  `SELECT CASE WHEN outcomes.operation_id IS NULL THEN 'operation_lost' ELSE 'operation_pending_and_final' END,
          'operation ' || operations.id, 'wallet ' || operations.wallet_id
   FROM operations
   LEFT JOIN outcomes ON outcomes.operation_id = operations.id
   LEFT JOIN pending_operations ON pending_operations.operation_id = operations.id
   WHERE batch_id IS NULL AND (outcomes.operation_id IS NULL) = (pending_operations.operation_id IS NULL)`,

  // P1: every line of a batch is final, or lies where a worker finds it.
  `SELECT 'operation_lost', 'operation ' || operations.id, format('line %s of batch %s', line, operations.batch_id)
   FROM operations
   LEFT JOIN outcomes ON outcomes.operation_id = operations.id
   LEFT JOIN batch_parts ON batch_parts.batch_id = operations.batch_id AND open AND id > after_id AND id <= last_id
   WHERE operations.batch_id IS NOT NULL AND outcomes.operation_id IS NULL AND batch_parts.batch_id IS NULL`,

  // P1: a batch has the lines that it was accepted with, tells what came of them, and is finished when all of them are.
  `SELECT 'batch_lines_missing', 'batch ' || batches.id, format('accepted with %s lines, has %s', total, coalesce(lines, 0))
   FROM batches
   LEFT JOIN (SELECT batch_id, count(*) AS lines FROM operations WHERE batch_id IS NOT NULL GROUP BY batch_id) AS found
     ON found.batch_id = batches.id
   WHERE total <> coalesce(lines, 0)
   UNION ALL
   SELECT 'batch_totals_wrong', format('batch %s', coalesce(found.batch_id, totals.batch_id)),
          format('asset %s: tells of %s lines, %s succeeded, %s failed; has %s, %s, %s', asset_id, totals.lines,
                 totals.succeeded, totals.failed, found.lines, found.succeeded, found.failed)
   FROM (SELECT batch_id, asset_id, count(*) AS lines, sum(amount) AS amount,
                count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
                coalesce(sum(amount) FILTER (WHERE status = 'succeeded'), 0) AS succeeded_amount,
                count(*) FILTER (WHERE status = 'failed') AS failed,
                coalesce(sum(amount) FILTER (WHERE status = 'failed'), 0) AS failed_amount
         FROM operations LEFT JOIN outcomes ON operation_id = id WHERE batch_id IS NOT NULL
         GROUP BY batch_id, asset_id) AS found
   FULL JOIN (SELECT batch_id, asset_id, sum(lines) AS lines, sum(amount) AS amount, sum(succeeded) AS succeeded,
                     sum(succeeded_amount) AS succeeded_amount, sum(failed) AS failed, sum(failed_amount) AS failed_amount
              FROM batch_totals GROUP BY batch_id, asset_id) AS totals USING (batch_id, asset_id)
   WHERE (found.lines, found.amount, found.succeeded, found.succeeded_amount, found.failed, found.failed_amount)
     IS DISTINCT FROM (totals.lines, totals.amount, totals.succeeded, totals.succeeded_amount, totals.failed,
                       totals.failed_amount)
   UNION ALL
   SELECT 'batch_parts_wrong', 'batch ' || batches.id, format('says %s open parts, has %s', open_parts, coalesce(open, 0))
   FROM batches
   LEFT JOIN (SELECT batch_id, count(*) FILTER (WHERE open) AS open FROM batch_parts GROUP BY batch_id) AS parts
     ON parts.batch_id = batches.id
   WHERE open_parts <> coalesce(parts.open, 0)`,

  // P1: a succeeded operation moved its amount once, between the accounts that its kind says: of a house account, that of the
  // asset in the partition of its wallet, or of its id if it is a line. Others moved nothing.
  `SELECT CASE
            WHEN outcomes.status IS DISTINCT FROM 'succeeded' THEN 'entries_of_unsucceeded_operation'
            WHEN moves IS NULL THEN 'succeeded_without_entries'
            WHEN moves = 2 AND moved = -operations.amount * expected.wallet THEN 'entries_against_direction'
            WHEN moves = 2 AND (moved IS NULL OR expected.receiver IS NOT NULL AND received IS NULL)
              THEN 'entries_on_wrong_wallet'
            WHEN moves = 2 AND moved = operations.amount * expected.wallet THEN 'entries_on_wrong_house_account'
            ELSE 'entries_not_of_operation' END,
          'operation ' || operations.id,
          format('%s of %s is %s with %s entries that move %s on its wallet', operations.type, operations.amount,
                 coalesce(outcomes.status, 'pending'), coalesce(moves, 0), coalesce(moved, 0))
   FROM operations
   LEFT JOIN outcomes ON outcomes.operation_id = operations.id
   LEFT JOIN (
     SELECT entries.operation_id, count(*) AS moves,
            sum(entries.amount) FILTER (WHERE accounts.wallet_id = owner.wallet_id) AS moved,
            sum(entries.amount) FILTER (WHERE accounts.wallet_id = owner.to_wallet_id) AS received,
            sum(entries.amount) FILTER (
              WHERE accounts.system = 'treasury' AND accounts.asset_id = owner.asset_id
                AND accounts.partition = CASE WHEN owner.batch_id IS NULL THEN home.wallet_hash % (SELECT partitions FROM settings)
                ELSE ('x' || substr(owner.id::text, 16, 3))::bit(12)::int END
            ) AS issued
     FROM entries
     JOIN accounts ON accounts.id = entries.account_id
     JOIN operations AS owner ON owner.id = entries.operation_id
     LEFT JOIN accounts AS home ON home.wallet_id = owner.wallet_id
     GROUP BY entries.operation_id
   ) AS posted ON posted.operation_id = operations.id
   LEFT JOIN (VALUES ${EXPECTED_SIGNS}) AS expected (type, wallet, receiver, treasury) ON expected.type = operations.type
   WHERE CASE WHEN outcomes.status = 'succeeded'
              THEN (moves, moved, received, issued) IS DISTINCT FROM
                (2, operations.amount * expected.wallet, operations.amount * expected.receiver,
                 operations.amount * expected.treasury)
              ELSE moves IS NOT NULL END`,

  // P1: what a caller is told about a succeeded operation is what its entry says.
  `SELECT 'outcome_not_of_entry', 'operation ' || told.operation_id,
          format('outcome says version %s balance %s of wallet %s, entry says version %s balance %s', told.version,
                 told.balance, told.wallet_id, entries.version, entries.balance)
   FROM (
     SELECT operation_id, wallet_id, wallet_version, wallet_balance FROM outcomes JOIN operations ON id = operation_id
     UNION ALL
     SELECT operation_id, to_wallet_id, to_wallet_version, to_wallet_balance FROM outcomes
     JOIN operations ON id = operation_id WHERE to_wallet_id IS NOT NULL
   ) AS told (operation_id, wallet_id, version, balance)
   JOIN accounts ON accounts.wallet_id = told.wallet_id
   JOIN entries ON entries.operation_id = told.operation_id AND entries.account_id = accounts.id
   WHERE (told.version, told.balance) IS DISTINCT FROM (entries.version, entries.balance)`,

  // P2: the operations of a wallet were applied, or refused, in the order of acceptance.
  `SELECT 'order_broken', 'operation ' || operation_id,
          format('wallet %s was at version %s after an earlier operation and at %s after this one', wallet_id,
                 before_version, wallet_version)
   FROM (SELECT outcomes.operation_id, outcomes.status, outcomes.wallet_version, operations.wallet_id,
                lag(outcomes.wallet_version, 1, 0::bigint)
                  OVER (PARTITION BY operations.wallet_id ORDER BY coalesce(operations.seq, batches.seq), line, operations.id)
                  AS before_version
         FROM outcomes JOIN operations ON operations.id = outcomes.operation_id
         LEFT JOIN batches ON batches.id = operations.batch_id
         WHERE batches.atomic IS NOT TRUE) AS ordered
   WHERE wallet_version < before_version + CASE status WHEN 'succeeded' THEN 1 ELSE 0 END`,

  // P1: outcomes and what waits belong to operations, and what waits is where a worker finds it.
  `SELECT 'outcome_without_operation', 'operation ' || operation_id, status
   FROM outcomes LEFT JOIN operations ON operations.id = operation_id WHERE operations.id IS NULL
   UNION ALL
   SELECT 'pending_not_of_operation', 'operation ' || pending_operations.operation_id,
          format('partition %s seq %s wallet %s', partition, pending_operations.seq, pending_operations.wallet_id)
   FROM pending_operations CROSS JOIN settings LEFT JOIN operations ON operations.id = operation_id
   WHERE (operations.wallet_id, operations.seq) IS DISTINCT FROM (pending_operations.wallet_id, pending_operations.seq)
      OR operations.priority <> CASE WHEN low THEN 'low' ELSE 'high' END
      OR partition NOT BETWEEN 0 AND partitions - 1`,

  // P3: a failed operation tells where its wallet stood.
  `SELECT 'outcome_not_of_entry', 'operation ' || outcomes.operation_id,
          format('failed at version %s balance %s, entry says %s', wallet_version, wallet_balance, entries.balance)
   FROM outcomes
   JOIN operations ON operations.id = outcomes.operation_id
   LEFT JOIN accounts ON accounts.wallet_id = operations.wallet_id
   LEFT JOIN entries ON entries.account_id = accounts.id AND entries.version = wallet_version
   LEFT JOIN batches ON batches.id = operations.batch_id
   WHERE outcomes.status = 'failed' AND (wallet_balance IS DISTINCT FROM CASE wallet_version WHEN 0 THEN 0 ELSE entries.balance END
      -- A line of an atomic batch failed on what the lines before it would have left.
      OR (error_code = 'insufficient_funds' AND wallet_balance >= operations.amount AND atomic IS NOT TRUE))`,

  // P3: one asset from the operation to the account; every wallet has its account, and every partition its treasuries.
  `SELECT 'asset_mismatch', 'operation ' || operations.id, 'wallet ' || operations.wallet_id
   FROM operations LEFT JOIN wallets ON wallets.id = operations.wallet_id
   WHERE wallets.asset_id IS DISTINCT FROM operations.asset_id
   UNION ALL
   SELECT 'asset_mismatch', format('account %s entry %s', account_id, entries.version), 'operation ' || operation_id
   FROM entries JOIN accounts ON accounts.id = entries.account_id
   WHERE accounts.asset_id <> entries.asset_id
   UNION ALL
   SELECT 'wallet_without_account', 'wallet ' || wallets.id, 'asset ' || wallets.asset_id
   FROM wallets LEFT JOIN accounts ON accounts.wallet_id = wallets.id AND accounts.asset_id = wallets.asset_id
   WHERE accounts.id IS NULL
   UNION ALL
   SELECT 'treasury_missing', format('partition %s', n), 'asset ' || assets.code
   FROM settings CROSS JOIN assets CROSS JOIN LATERAL generate_series(0, partitions - 1) AS numbered (n)
   WHERE NOT EXISTS (SELECT FROM accounts WHERE system = 'treasury' AND asset_id = assets.id
                       AND accounts.partition = n)`,

  // P2: nothing was applied while an earlier single operation of its wallet was still pending. Atomic batches have no
  // place in that order.
  `SELECT 'pending_overtaken', 'operation ' || earliest.operation_id,
          format('wallet %s has a later operation that is final', earliest.wallet_id)
   FROM (SELECT DISTINCT ON (wallet_id) wallet_id, seq, operation_id FROM pending_operations
         ORDER BY wallet_id, seq) AS earliest
   WHERE EXISTS (
     SELECT FROM operations JOIN outcomes ON outcomes.operation_id = operations.id
     LEFT JOIN batches ON batches.id = operations.batch_id
     WHERE operations.wallet_id = earliest.wallet_id AND coalesce(operations.seq, batches.seq) > earliest.seq
       AND batches.atomic IS NOT TRUE
   )`,

  // P2: nor while an earlier line of a batch was.
  `SELECT 'pending_overtaken', 'operation ' || earliest.id,
          format('wallet %s has a later operation that is final', earliest.wallet_id)
   FROM (SELECT DISTINCT ON (wallet_id) wallet_id, batches.seq, operations.id
         FROM batch_parts JOIN batches ON batches.id = batch_parts.batch_id AND NOT atomic
         JOIN operations ON operations.id > after_id AND operations.id <= last_id
         LEFT JOIN outcomes ON outcomes.operation_id = operations.id
         WHERE open AND outcomes.operation_id IS NULL
         ORDER BY wallet_id, batches.seq, operations.id) AS earliest
   WHERE EXISTS (
     SELECT FROM operations AS later JOIN outcomes ON outcomes.operation_id = later.id
     LEFT JOIN batches ON batches.id = later.batch_id
     WHERE later.wallet_id = earliest.wallet_id AND batches.atomic IS NOT TRUE
       AND (coalesce(later.seq, batches.seq), later.id) > (earliest.seq, earliest.id)
   )`,
];

/**
 * Checks P1 to P3 on a live database, in one snapshot, without blocking anybody. Violations are told as they are found.
 * @returns how many there were.
 */
export async function auditDatabase(database: Database, tell: (violation: Violation) => void): Promise<number> {
  return inTransaction(database, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    let violations = 0;
    for (const check of CHECKS) violations += await runCheck(client, check, tell);
    return violations;
  });
}

async function runCheck(client: Client, check: string, tell: (violation: Violation) => void): Promise<number> {
  await client.query(
    `DECLARE found NO SCROLL CURSOR FOR
     SELECT violation, subject, detail FROM (${check}) AS checked (violation, subject, detail)`,
  );
  let count = 0;
  for (;;) {
    const { rows } = await client.query<Violation>(`FETCH ${FETCH_ROWS} FROM found`);
    if (rows.length === 0) break;
    count += rows.length;
    rows.forEach(tell);
  }
  await client.query('CLOSE found');
  return count;
}
