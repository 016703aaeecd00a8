import { BrokenInvariant } from '../../words/broken-invariant.ts';
import type { Account } from '../../ledger/account.ts';
import type { Movement, Outcome, Plan } from '../../ledger/plan.ts';
import type { Queryable } from '../pool.ts';
import { type Texts, rowset, wideStatement } from '../rowset.ts';
import { SUBSCRIBED_TYPES } from '../tables/events.ts';
import type { OpenPart, PendingOperation } from '../tables/pending-operations.ts';

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
 * Writes a plan down: movements, balances and failures in, single operations out of the queue, batches further and their
 * totals up to date, in one statement whatever its size.
 * @returns the types of events that an endpoint is subscribed to: most often none.
 * @throws BrokenInvariant if a row was not as the plan expects it (an operation already gone, an account at another version): the
 * locks did not hold, and the transaction must not commit.
 */
export async function applyPlan(
  database: Queryable,
  { operations, before, plan }: PlannedWork,
  advances: readonly Advance[],
): Promise<readonly string[]> {
  const { movements, reached, outcomes } = plan;
  const failures = outcomes.filter(({ rejection }) => rejection !== null);
  const assets = new Map(operations.map(({ id, assetId }) => [id, assetId]));
  const singles = operations.filter((operation) => operation.part === null);
  const totals = addUp(operations, plan);
  const what = {
    done: singles,
    reached: reached.map((each) => ({ ...each, before: before.get(each.account.id) })),
    moved: movements.map((movement) => ({ movement, assetId: assets.get(movement.operationId) })),
  };
  const { rows } = await database.query<
    Record<'removed' | 'reached' | 'moved' | 'failed' | 'advanced' | 'counted', bigint> & { subscribed: string[] }
  >(
    failures.length + advances.length + totals.length > 0
      ? APPLY_WHOLE_PLAN({ ...what, failed: failures, advance: advances, added: totals })
      : APPLY_PLAN(what),
  );
  const [row] = rows;
  const fits =
    row?.removed === BigInt(singles.length) &&
    row.reached === BigInt(reached.length) &&
    row.moved === BigInt(movements.length) &&
    row.failed === BigInt(failures.length) &&
    row.advanced === BigInt(advances.length) &&
    row.counted === BigInt(totals.length);
  if (!fits || movements.length + failures.length !== operations.length) {
    throw new BrokenInvariant('the rows written are not those of the plan', {
      planned: { operations: operations.length, accounts: reached.length, movements: movements.length },
      written: row,
    });
  }
  return row.subscribed;
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

/** What single operations that succeed write. */
const MOVED = {
  done: rowset<PendingOperation>({
    partition: ['smallint', ({ partition }) => partition],
    low: ['boolean', ({ low }) => String(low)],
    seq: ['bigint', ({ seq }) => seq],
  }),
  reached: rowset<Plan['reached'][number] & { before: Account | undefined }>({
    id: ['bigint', ({ account }) => account.id],
    before: ['bigint', ({ before }) => before?.version ?? null],
    version: ['bigint', ({ account }) => account.version],
    balance: ['numeric', ({ account }) => account.balance],
    operation_id: ['uuid', ({ operationId }) => operationId],
  }),
  moved: rowset<{ movement: Movement; assetId: number | undefined }>({
    operation_id: ['uuid', ({ movement }) => movement.operationId],
    from_account_id: ['bigint', ({ movement }) => movement.from.id],
    from_version: ['bigint', ({ movement }) => movement.from.version],
    from_balance: ['numeric', ({ movement }) => movement.from.balance],
    to_account_id: ['bigint', ({ movement }) => movement.to.id],
    to_version: ['bigint', ({ movement }) => movement.to.version],
    to_balance: ['numeric', ({ movement }) => movement.to.balance],
    amount: ['bigint', ({ movement }) => movement.amount],
    asset_id: ['smallint', ({ assetId }) => assetId ?? null],
  }),
};

/** What failures and batches write besides. */
const OTHERS = {
  failed: rowset<Outcome>({
    operation_id: ['uuid', ({ operationId }) => operationId],
    error_code: ['text', ({ rejection }) => rejection],
    wallet_balance: ['bigint', ({ wallet }) => wallet.balance],
    wallet_version: ['bigint', ({ wallet }) => wallet.version],
    to_wallet_balance: ['bigint', ({ receiver }) => receiver?.balance ?? null],
    to_wallet_version: ['bigint', ({ receiver }) => receiver?.version ?? null],
  }),
  advance: rowset<Advance>({
    batch_id: ['uuid', ({ part }) => part.batchId],
    partition: ['smallint', ({ part }) => part.partition],
    after_id: ['uuid', ({ afterId }) => afterId],
  }),
  added: rowset<Total>({
    batch_id: ['uuid', ({ batchId }) => batchId],
    partition: ['smallint', ({ partition }) => partition],
    asset_id: ['smallint', ({ assetId }) => assetId],
    succeeded: ['int', ({ succeeded }) => succeeded],
    succeeded_amount: ['numeric', ({ succeededAmount }) => succeededAmount],
    failed: ['int', ({ failed }) => failed],
    failed_amount: ['numeric', ({ failedAmount }) => failedAmount],
  }),
};

const writeMoved = ({ done, reached, moved }: Texts<typeof MOVED>): string => `removed AS (
    DELETE FROM pending_operations
    USING ${done.rows}
    WHERE pending_operations.partition = done.partition AND pending_operations.low = done.low
      AND pending_operations.seq = done.seq
    RETURNING 1
  ), changed AS (
    UPDATE accounts SET balance = reached.balance, version = reached.version, last_operation_id = reached.operation_id,
                        updated_at = statement_timestamp()
    FROM ${reached.rows}
    WHERE accounts.id = reached.id AND accounts.version = reached.before
    RETURNING 1
  ), posted AS (
    INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                           amount, asset_id)
    SELECT operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance, amount, asset_id
    FROM ${moved.rows}
    RETURNING 1
  )`;

const writeOthers = ({ failed, advance, added }: Texts<typeof OTHERS>): string => `refused AS (
    INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version)
    SELECT operation_id, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version
    FROM ${failed.rows}
    RETURNING 1
  ), advanced AS (
    UPDATE batch_parts SET after_id = advance.after_id, touched_at = statement_timestamp()
    FROM ${advance.rows}
    WHERE batch_parts.batch_id = advance.batch_id AND batch_parts.partition = advance.partition
    RETURNING 1
  ), counted AS (
    UPDATE batch_totals
    SET succeeded = batch_totals.succeeded + added.succeeded,
        succeeded_amount = batch_totals.succeeded_amount + added.succeeded_amount,
        failed = batch_totals.failed + added.failed, failed_amount = batch_totals.failed_amount + added.failed_amount,
        started_at = coalesce(started_at, now())
    FROM ${added.rows}
    WHERE batch_totals.batch_id = added.batch_id AND batch_totals.partition = added.partition
      AND batch_totals.asset_id = added.asset_id
    RETURNING 1
  )`;

const COUNTS = `(SELECT count(*) FROM removed) AS removed, (SELECT count(*) FROM changed) AS reached,
         (SELECT count(*) FROM posted) AS moved, ARRAY (${SUBSCRIBED_TYPES}) AS subscribed`;

/**
 * Most plans are of single operations that succeed. To name a table costs a statement some tens of microseconds, for its checks
 * and its law, also where nothing is written to it: so these have one that names nothing else.
 */
const APPLY_PLAN = wideStatement({
  name: 'applyPlan',
  sets: MOVED,
  text: (texts) => `WITH ${writeMoved(texts)}
  SELECT ${COUNTS}, 0::bigint AS failed, 0::bigint AS advanced, 0::bigint AS counted`,
});

const APPLY_WHOLE_PLAN = wideStatement({
  name: 'applyWholePlan',
  sets: { ...MOVED, ...OTHERS },
  text: (texts) => `WITH ${writeMoved(texts)}, ${writeOthers(texts)}
  SELECT ${COUNTS}, (SELECT count(*) FROM refused) AS failed, (SELECT count(*) FROM advanced) AS advanced,
         (SELECT count(*) FROM counted) AS counted`,
});

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
