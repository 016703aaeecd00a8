import { BrokenInvariant } from '../../words/broken-invariant.ts';
import type { Movement, Outcome, Plan } from '../../ledger/plan.ts';
import type { Hold } from '../../ledger/terms.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatements } from '../rowset.ts';
import type { LockedAccount } from '../tables/accounts.ts';
import { SUBSCRIBED_TYPES } from '../tables/events.ts';
import type { OpenPart, PendingOperation } from '../tables/pending-operations.ts';

/** What a plan was made for, and from. */
export interface PlannedWork {
  readonly operations: readonly PendingOperation[];
  readonly before: ReadonlyMap<bigint, LockedAccount>;
  readonly plan: Plan;
}

/** How far a part of a batch has got with the plan: no line up to `afterId` is still pending. */
export interface Advance {
  readonly part: OpenPart;
  readonly afterId: string;
}

/**
 * Writes a plan: inserts movements and failures, updates balances, removes single operations from the queue, and
 * advances batches and their totals, in one statement of constant size.
 * @returns the subscribed event types: most often none.
 * @throws BrokenInvariant if a row was not as the plan expects it (an operation already gone, an account at another
 * version): the locks did not hold, and the transaction must not commit.
 */
export async function applyPlan(
  database: Queryable,
  { operations, before, plan }: PlannedWork,
  advances: readonly Advance[],
): Promise<readonly string[]> {
  const { movements, reached, outcomes, holds, reversed } = plan;
  const failures = outcomes.filter(({ rejection }) => rejection !== null);
  const singles = operations.filter((operation) => operation.part === null);
  const totals = addUp(operations, plan);
  const moved = movements.map((movement) => ({ movement, assetId: before.get(movement.from.id)?.assetId }));
  const { made, drawn } = sortHolds(operations, holds);
  const hasTerms = holds.length + reversed.length > 0 || movements.length + failures.length > operations.length;
  const statement = APPLY_PLAN(
    {
      failures: failures.length > 0,
      batches: advances.length + totals.length > 0,
      terms: hasTerms,
      made: made.length > 0,
      drawn: drawn.length > 0,
      reversals: reversed.length > 0,
    },
    {
      done: singles,
      reached: reached.map((each) => ({ ...each, before: before.get(each.account.id) })),
      ...{ moved, numbered: moved, failed: failures, advance: advances, added: totals, made, drawn, back: reversed },
    },
  );
  const { rows } = await database.query<Written>(statement);
  const [row] = rows;
  const fits =
    row?.removed === BigInt(singles.length) &&
    row.reached === BigInt(reached.length) &&
    row.moved === BigInt(movements.length) &&
    (row.failed ?? 0n) === BigInt(failures.length) &&
    (row.advanced ?? 0n) === BigInt(advances.length) &&
    (row.counted ?? 0n) === BigInt(totals.length) &&
    (row.held ?? 0n) === BigInt(made.length) &&
    (row.drawn ?? 0n) === BigInt(drawn.length) &&
    (row.reversed ?? 0n) === BigInt(reversed.length);
  // An operation that succeeds has one movement, or several of which one is the first.
  const moving = hasTerms ? movements.filter(({ leg }) => leg === 0).length : movements.length;
  if (!fits || moving + failures.length !== operations.length) {
    throw new BrokenInvariant('the rows written are not those of the plan', {
      planned: { operations: operations.length, accounts: reached.length, movements: movements.length },
      written: row,
    });
  }
  return row.subscribed;
}

/** How many rows of each kind were written, of those that the statement writes. */
interface Written extends Readonly<
  Record<'removed' | 'reached' | 'moved', bigint> &
    Partial<Record<'failed' | 'advanced' | 'counted' | 'held' | 'drawn' | 'reversed', bigint>>
> {
  readonly subscribed: string[];
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

interface Made {
  readonly hold: Hold;
  readonly walletId: string;
}

interface Moved {
  readonly movement: Movement;
  readonly assetId: number | undefined;
}

const MOVEMENT = {
  operation_id: ['uuid', ({ movement }: Moved) => movement.operationId],
  from_account_id: ['bigint', ({ movement }: Moved) => movement.from.id],
  from_version: ['bigint', ({ movement }: Moved) => movement.from.version],
  from_balance: ['numeric', ({ movement }: Moved) => movement.from.balance],
  to_account_id: ['bigint', ({ movement }: Moved) => movement.to.id],
  to_version: ['bigint', ({ movement }: Moved) => movement.to.version],
  to_balance: ['numeric', ({ movement }: Moved) => movement.to.balance],
  amount: ['bigint', ({ movement }: Moved) => movement.amount],
  asset_id: ['smallint', ({ assetId }: Moved) => assetId ?? null],
} as const;

/** What a plan writes. Most plans consist of single operations that succeed, and write only the first three. */
const ROWS = {
  done: rowset<PendingOperation>({
    partition: ['smallint', ({ partition }) => partition],
    low: ['boolean', ({ low }) => String(low)],
    seq: ['bigint', ({ seq }) => seq],
  }),
  reached: rowset<Plan['reached'][number] & { before: LockedAccount | undefined }>({
    id: ['bigint', ({ account }) => account.id],
    before: ['bigint', ({ before }) => before?.version ?? null],
    version: ['bigint', ({ account }) => account.version],
    balance: ['numeric', ({ account }) => account.balance],
    operation_id: ['uuid', ({ operationId }) => operationId],
  }),
  moved: rowset<Moved>(MOVEMENT),
  /** The same, of operations that can have several. */
  numbered: rowset<Moved>({ ...MOVEMENT, leg: ['smallint', ({ movement }) => movement.leg] }),
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
  made: rowset<Made>({
    id: ['uuid', ({ hold }) => hold.id],
    wallet_id: ['uuid', ({ walletId }) => walletId],
    amount: ['bigint', ({ hold }) => hold.amount],
    captured: ['bigint', ({ hold }) => hold.captured],
    released: ['bigint', ({ hold }) => hold.released],
  }),
  drawn: rowset<Hold>({
    id: ['uuid', ({ id }) => id],
    captured: ['bigint', ({ captured }) => captured],
    released: ['bigint', ({ released }) => released],
  }),
  back: rowset<Plan['reversed'][number]>({
    id: ['uuid', ({ id }) => id],
    amount: ['numeric', ({ amount }) => amount],
    reversed: ['numeric', ({ reversed }) => reversed],
  }),
};

/** By rows of values, which only the primary key can compare, one by one: see docs/decisions/plans-of-emptied-tables.md. */
const REMOVE = (done: string): string => `removed AS (
    DELETE FROM pending_operations
    USING ${done}
    WHERE (pending_operations.partition, pending_operations.low, pending_operations.seq) >= (done.partition, done.low, done.seq)
      AND (pending_operations.partition, pending_operations.low, pending_operations.seq) <= (done.partition, done.low, done.seq)
    RETURNING 1
  )`;

const CHANGE = (reached: string): string => `changed AS (
    UPDATE accounts SET balance = reached.balance, version = reached.version, last_operation_id = reached.operation_id,
                        updated_at = statement_timestamp()
    FROM ${reached}
    WHERE accounts.id = reached.id AND accounts.version = reached.before
    RETURNING 1
  )`;

const POST = (moved: string, leg: '' | ', leg'): string => `posted AS (
    INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                           amount, asset_id${leg})
    SELECT operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance, amount, asset_id${leg}
    FROM ${moved}
    RETURNING 1
  )`;

const REFUSE = (failed: string): string => `refused AS (
    INSERT INTO failures (operation_id, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version)
    SELECT operation_id, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version
    FROM ${failed}
    RETURNING 1
  )`;

const ADVANCE = (advance: string): string => `advanced AS (
    UPDATE batch_parts SET after_id = advance.after_id, touched_at = statement_timestamp()
    FROM ${advance}
    WHERE batch_parts.batch_id = advance.batch_id AND batch_parts.partition = advance.partition
    RETURNING 1
  )`;

const COUNT = (added: string): string => `counted AS (
    UPDATE batch_totals
    SET succeeded = batch_totals.succeeded + added.succeeded,
        succeeded_amount = batch_totals.succeeded_amount + added.succeeded_amount,
        failed = batch_totals.failed + added.failed, failed_amount = batch_totals.failed_amount + added.failed_amount,
        started_at = coalesce(started_at, now())
    FROM ${added}
    WHERE batch_totals.batch_id = added.batch_id AND batch_totals.partition = added.partition
      AND batch_totals.asset_id = added.asset_id
    RETURNING 1
  )`;

const HOLD = (made: string): string => `held AS (
    INSERT INTO holds (operation_id, wallet_id, amount, captured, released, expires_at)
    SELECT made.id, made.wallet_id, made.amount, made.captured, made.released, operation_terms.expires_at
    FROM ${made} JOIN operation_terms ON operation_terms.operation_id = made.id
    RETURNING 1
  )`;

const DRAW = (drawn: string): string => `redrawn AS (
    UPDATE holds SET captured = drawn.captured, released = drawn.released
    FROM ${drawn}
    WHERE holds.operation_id = drawn.id
    RETURNING 1
  )`;

const REVERSE = (back: string): string => `reversed AS (
    INSERT INTO reversed_operations (operation_id, amount, reversed)
    SELECT id, amount, reversed FROM ${back}
    ON CONFLICT (operation_id) DO UPDATE SET reversed = excluded.reversed
    RETURNING 1
  )`;

/**
 * Naming a table costs a statement some tens of microseconds for its checks and its law, even if nothing is written to
 * it: so a plan has a statement that names no other tables than it needs.
 */
const APPLY_PLAN = wideStatements({
  name: 'applyPlan',
  needs: ['failures', 'batches', 'terms', 'made', 'drawn', 'reversals'],
  sets: ROWS,
  text: (sets, needs) => {
    const parts: (readonly [text: string, part: string, count: string])[] = [
      [REMOVE(sets.done.rows), 'removed', 'removed'],
      [CHANGE(sets.reached.rows), 'changed', 'reached'],
      [needs.terms ? POST(sets.numbered.rows, ', leg') : POST(sets.moved.rows, ''), 'posted', 'moved'],
    ];
    if (needs.failures) parts.push([REFUSE(sets.failed.rows), 'refused', 'failed']);
    if (needs.batches) parts.push([ADVANCE(sets.advance.rows), 'advanced', 'advanced']);
    if (needs.batches) parts.push([COUNT(sets.added.rows), 'counted', 'counted']);
    if (needs.made) parts.push([HOLD(sets.made.rows), 'held', 'held']);
    if (needs.drawn) parts.push([DRAW(sets.drawn.rows), 'redrawn', 'drawn']);
    if (needs.reversals) parts.push([REVERSE(sets.back.rows), 'reversed', 'reversed']);
    const counts = parts.map(([, part, count]) => `(SELECT count(*) FROM ${part}) AS ${count}`);
    return `WITH ${parts.map(([text]) => text).join(', ')}
  SELECT ${counts.join(', ')}, ARRAY (${SUBSCRIBED_TYPES}) AS subscribed`;
  },
});

/** The holds that the plan makes, with their wallets, and those that were there before it. */
function sortHolds(operations: readonly PendingOperation[], holds: readonly Hold[]): { made: Made[]; drawn: Hold[] } {
  const sorted: { made: Made[]; drawn: Hold[] } = { made: [], drawn: [] };
  if (holds.length === 0) return sorted;
  const wallets = new Map<string, string>();
  for (const { id, type, walletId } of operations) if (type === 'hold') wallets.set(id, walletId);
  for (const hold of holds) {
    const walletId = wallets.get(hold.id);
    if (walletId === undefined) sorted.drawn.push(hold);
    else sorted.made.push({ hold, walletId });
  }
  return sorted;
}

/** The plan's additions to the totals of batches. An omitted amount counts as nothing, as it did at acceptance. */
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
      total.succeededAmount += amount ?? 0n;
    } else {
      total.failed += 1;
      total.failedAmount += amount ?? 0n;
    }
  });
  return [...totals.values()];
}
