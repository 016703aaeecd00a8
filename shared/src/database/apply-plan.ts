import { BrokenInvariant } from '../broken-invariant.ts';
import type { Account, Plan } from '../ledger/plan.ts';
import { arrayLiteral } from './array-literal.ts';
import type { Queryable } from './pool.ts';
import { SUBSCRIBED_TYPES } from './tables/events.ts';
import type { OpenPart, PendingOperation } from './tables/pending-operations.ts';

/** What a plan was made for, and from. */
export interface PlannedWork {
  readonly operations: readonly PendingOperation[];
  readonly before: ReadonlyMap<bigint, Account>;
  readonly plan: Plan;
}

/** How far a part of a batch has got with the plan: no line up to `afterId` is pending any more. */
export interface Advance {
  readonly part: OpenPart;
  readonly afterId: string;
}

/**
 * Writes a plan down: entries, balances and outcomes in, single operations out of the queue, batches further and their
 * totals up to date, in one statement whatever its size.
 * @returns the types of events that somebody is subscribed to: most often none.
 * @throws BrokenInvariant if a row was not as the plan expects it (an operation already gone, an account at another version): the
 * locks did not hold, and the transaction must not commit.
 */
export async function applyPlan(
  database: Queryable,
  { operations, before, plan }: PlannedWork,
  advances: readonly Advance[],
): Promise<readonly string[]> {
  const { entries, balances, outcomes } = plan;
  const assets = new Map(operations.map(({ id, assetId }) => [id, assetId]));
  const singles = operations.filter((operation) => operation.part === null);
  const totals = addUp(operations, plan);
  const { rows } = await database.query<
    Record<'removed' | 'moved' | 'posted' | 'concluded' | 'advanced' | 'counted', bigint> & { subscribed: string[] }
  >({
    name: 'applyPlan',
    text: APPLY_PLAN,
    values: [
      ...valuesOfPlan(singles, before, plan),
      arrayLiteral(advances.map(({ part }) => part.batchId)),
      arrayLiteral(advances.map(({ part }) => part.partition)),
      arrayLiteral(advances.map(({ afterId }) => afterId)),
      arrayLiteral(totals.map((total) => total.batchId)),
      arrayLiteral(totals.map((total) => total.partition)),
      arrayLiteral(totals.map((total) => total.assetId)),
      arrayLiteral(totals.map((total) => total.succeeded)),
      arrayLiteral(totals.map((total) => total.succeededAmount)),
      arrayLiteral(totals.map((total) => total.failed)),
      arrayLiteral(totals.map((total) => total.failedAmount)),
      arrayLiteral(entries.map((entry) => assets.get(entry.operationId) ?? null)),
    ],
  });
  const [row] = rows;
  const fits =
    row?.removed === BigInt(singles.length) &&
    row.moved === BigInt(balances.length) &&
    row.posted === BigInt(entries.length) &&
    row.concluded === BigInt(outcomes.length) &&
    row.advanced === BigInt(advances.length) &&
    row.counted === BigInt(totals.length);
  if (!fits || outcomes.length !== operations.length) {
    throw new BrokenInvariant('the rows written are not those of the plan', {
      planned: { operations: operations.length, balances: balances.length, entries: entries.length },
      written: row,
    });
  }
  return row.subscribed;
}

const APPLY_PLAN = `WITH removed AS (
    DELETE FROM pending_operations
    USING unnest($1::smallint[], $19::boolean[], $2::bigint[]) AS done (partition, low, seq)
    WHERE pending_operations.partition = done.partition AND pending_operations.low = done.low
      AND pending_operations.seq = done.seq
    RETURNING 1
  ), moved AS (
    UPDATE accounts SET balance = next.balance, version = next.version, updated_at = statement_timestamp()
    FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::numeric[]) AS next (id, before, version, balance)
    WHERE accounts.id = next.id AND accounts.version = next.before
    RETURNING 1
  ), posted AS (
    INSERT INTO entries (account_id, version, operation_id, amount, balance, asset_id)
    SELECT * FROM unnest($7::bigint[], $8::bigint[], $9::uuid[], $10::bigint[], $11::numeric[], $30::smallint[])
    RETURNING 1
  ), concluded AS (
    INSERT INTO outcomes (operation_id, status, error_code, wallet_balance, wallet_version, to_wallet_balance,
                          to_wallet_version)
    SELECT * FROM unnest($12::uuid[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[],
                         $18::bigint[])
    RETURNING 1
  ), advanced AS (
    UPDATE batch_parts SET after_id = next.after_id, touched_at = statement_timestamp()
    FROM unnest($20::uuid[], $21::smallint[], $22::uuid[]) AS next (batch_id, partition, after_id)
    WHERE batch_parts.batch_id = next.batch_id AND batch_parts.partition = next.partition
    RETURNING 1
  ), counted AS (
    UPDATE batch_totals
    SET succeeded = succeeded + next.done, succeeded_amount = succeeded_amount + next.done_amount,
        failed = failed + next.refused, failed_amount = failed_amount + next.refused_amount,
        started_at = coalesce(started_at, now())
    FROM unnest($23::uuid[], $24::smallint[], $25::smallint[], $26::int[], $27::numeric[], $28::int[],
                $29::numeric[])
      AS next (batch_id, partition, asset_id, done, done_amount, refused, refused_amount)
    WHERE batch_totals.batch_id = next.batch_id AND batch_totals.partition = next.partition
      AND batch_totals.asset_id = next.asset_id
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM removed) AS removed, (SELECT count(*) FROM moved) AS moved,
         (SELECT count(*) FROM posted) AS posted, (SELECT count(*) FROM concluded) AS concluded,
         (SELECT count(*) FROM advanced) AS advanced, (SELECT count(*) FROM counted) AS counted,
         ARRAY (${SUBSCRIBED_TYPES}) AS subscribed`;

/** What the statement needs of the plan itself: its first parameters. */
function valuesOfPlan(
  singles: readonly PendingOperation[],
  before: ReadonlyMap<bigint, Account>,
  { entries, balances, outcomes }: Plan,
): string[] {
  return [
    arrayLiteral(singles.map((operation) => operation.partition)),
    arrayLiteral(singles.map((operation) => operation.seq)),
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
    arrayLiteral(singles.map((operation) => String(operation.low))),
  ];
}

interface Total {
  readonly batchId: string;
  readonly partition: number;
  readonly assetId: number;
  succeeded: number;
  succeededAmount: bigint;
  failed: number;
  failedAmount: bigint;
}

/** What the plan adds to the totals of batches. */
function addUp(operations: readonly PendingOperation[], { outcomes }: Plan): Total[] {
  const totals = new Map<string, Total>();
  operations.forEach(({ part, assetId, amount }, index) => {
    if (part === null) return;
    const { batchId, partition } = part;
    const key = `${batchId} ${partition} ${assetId}`;
    let total = totals.get(key);
    if (total === undefined) {
      total = { batchId, partition, assetId, succeeded: 0, succeededAmount: 0n, failed: 0, failedAmount: 0n };
      totals.set(key, total);
    }
    if (outcomes[index]?.rejection === null) {
      total.succeeded += 1;
      total.succeededAmount += amount;
    } else {
      total.failed += 1;
      total.failedAmount += amount;
    }
  });
  return [...totals.values()];
}
