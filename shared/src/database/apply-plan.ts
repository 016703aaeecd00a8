import { BrokenInvariant } from '../broken-invariant.ts';
import type { Account, Plan } from '../ledger/plan.ts';
import { arrayLiteral } from './array-literal.ts';
import type { Queryable } from './pool.ts';
import type { PendingOperation } from './tables/pending-operations.ts';

/** What a plan was made for, and from. */
export interface PlannedWork {
  readonly operations: readonly PendingOperation[];
  readonly before: ReadonlyMap<bigint, Account>;
  readonly plan: Plan;
}

/**
 * Writes a plan down: entries, balances and outcomes in, the operations out of the queue, in one statement whatever its
 * size.
 * @throws BrokenInvariant if a row was not as the plan expects it (an operation already gone, an account at another version): the
 * locks did not hold, and the transaction must not commit.
 */
export async function applyPlan(database: Queryable, { operations, before, plan }: PlannedWork): Promise<void> {
  const { entries, balances, outcomes } = plan;
  const { rows } = await database.query<{ removed: bigint; moved: bigint; posted: bigint; concluded: bigint }>({
    name: 'applyPlan',
    text: `WITH removed AS (
             DELETE FROM pending_operations USING unnest($1::smallint[], $2::bigint[]) AS done (partition, seq)
             WHERE pending_operations.partition = done.partition AND pending_operations.seq = done.seq
             RETURNING 1
           ), moved AS (
             UPDATE accounts SET balance = next.balance, version = next.version, updated_at = statement_timestamp()
             FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS next (id, before, version, balance)
             WHERE accounts.id = next.id AND accounts.version = next.before
             RETURNING 1
           ), posted AS (
             INSERT INTO entries (account_id, version, operation_id, amount, balance)
             SELECT * FROM unnest($7::bigint[], $8::bigint[], $9::uuid[], $10::bigint[], $11::bigint[])
             RETURNING 1
           ), concluded AS (
             INSERT INTO outcomes (operation_id, status, error_code, wallet_balance, wallet_version, to_wallet_balance,
                                   to_wallet_version)
             SELECT * FROM unnest($12::uuid[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[],
                                  $18::bigint[])
             RETURNING 1
           )
           SELECT (SELECT count(*) FROM removed) AS removed, (SELECT count(*) FROM moved) AS moved,
                  (SELECT count(*) FROM posted) AS posted, (SELECT count(*) FROM concluded) AS concluded`,
    values: [
      arrayLiteral(operations.map((operation) => operation.partition)),
      arrayLiteral(operations.map((operation) => operation.seq)),
      arrayLiteral(balances.map((account) => account.id)),
      arrayLiteral(balances.map((account) => before.get(account.id)?.version ?? null)),
      arrayLiteral(balances.map((account) => account.version)),
      arrayLiteral(balances.map((account) => account.balance)),
      arrayLiteral(entries.map((entry) => entry.account)),
      arrayLiteral(entries.map((entry) => entry.version)),
      arrayLiteral(entries.map((entry) => entry.operationId)),
      arrayLiteral(entries.map((entry) => entry.amount)),
      arrayLiteral(entries.map((entry) => entry.balance)),
      arrayLiteral(outcomes.map((outcome) => outcome.operationId)),
      arrayLiteral(outcomes.map((outcome) => (outcome.rejection === null ? 'succeeded' : 'failed'))),
      arrayLiteral(outcomes.map((outcome) => outcome.rejection)),
      arrayLiteral(outcomes.map(({ wallet }) => wallet.balance)),
      arrayLiteral(outcomes.map(({ wallet }) => wallet.version)),
      arrayLiteral(outcomes.map(({ receiver }) => receiver?.balance ?? null)),
      arrayLiteral(outcomes.map(({ receiver }) => receiver?.version ?? null)),
    ],
  });
  const [row] = rows;
  const fits =
    row?.removed === BigInt(operations.length) &&
    row.moved === BigInt(balances.length) &&
    row.posted === BigInt(entries.length) &&
    row.concluded === BigInt(outcomes.length);
  if (!fits || outcomes.length !== operations.length) {
    throw new BrokenInvariant('the rows written are not those of the plan', {
      planned: { operations: operations.length, balances: balances.length, entries: entries.length },
      written: row,
    });
  }
}
