import type { Assets } from '@wallet/shared/database/assets';
import { BrokenInvariant } from '@wallet/shared/words/broken-invariant';
import { applyPart } from '@wallet/shared/database/statements/apply-part';
import { type PlannedWork, applyPlan } from '@wallet/shared/database/statements/apply-plan';
import { tryLockPartitions } from '@wallet/shared/database/locks';
import { lockAccountsOf, openBooks } from '@wallet/shared/database/open-books';
import type { Client, Database } from '@wallet/shared/database/pool';
import { kindOfError } from '@wallet/shared/database/sqlstate';
import { finishBatches } from '@wallet/shared/database/tables/batches';
import { readSubscribedTypes } from '@wallet/shared/database/tables/events';
import type { PendingOperation } from '@wallet/shared/database/tables/pending-operations';
import { inTransaction } from '@wallet/shared/database/transaction';
import { type Outcome, type Plan, plan } from '@wallet/shared/ledger/plan';
import { KINDS } from '@wallet/shared/words/kinds';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { Lane } from '@wallet/shared/queue/doorbell';
import { type Choice, chooseOperations } from './choose-operations.ts';
import { recordEvents } from './record-events.ts';
import { type OperationSpans, startSpans } from './trace-operations.ts';

/**
 * The state of a partition afterwards: nothing pending, possibly more pending, untouched because another transaction
 * drains it, or untouched because its ledger or this program is wrong.
 */
export type PartitionState = 'empty' | 'more' | 'busy' | 'broken';

interface AppliedOperation {
  readonly operation: PendingOperation;
  readonly outcome: Outcome;
}

export interface Drain {
  readonly states: ReadonlyMap<number, PartitionState>;
  readonly applied: readonly AppliedOperation[];
  /** How many lines of batches succeeded in sets. Nothing else is known of them here. */
  readonly appliedInSets: readonly { readonly partition: number; readonly lines: number }[];
  /** How many events were recorded with it. */
  readonly events: number;
  /** The spans of the applied operations, to be ended now. */
  readonly spans: OperationSpans;
  /** The errors of the broken partitions. */
  readonly faults: readonly Fault[];
}

/**
 * `ledger`: the partition breaks the law. `program`: this program cannot drain it on this database; another one may.
 */
export interface Fault {
  readonly partition: number;
  readonly kind: 'ledger' | 'program';
  readonly error: unknown;
}

export interface DrainTools {
  readonly database: Database;
  readonly assets: Assets;
  readonly tracing?: Tracing | null;
}

/**
 * Applies pending operations of the partitions in one transaction: at most `limit` in all, an equal share for each
 * partition, each wallet's in the order of acceptance. They are committed when this returns.
 *
 * If the transaction fails because of its data, it is halved, first by partitions and then by operations, until the
 * failing operation is alone; that one fails with `internal_error` and the others are applied. A partition whose ledger
 * breaks the law, or that this program cannot drain, is left as it is: none of its operations is failed for that.
 *
 * If a partition has only lines of one batch pending, and none of them can be rejected, they are applied in sets.
 * @throws the database's error if it is transient. Then nothing was applied, or, after a lost COMMIT, everything:
 * either way the next drain finds the remaining work in the queue.
 */
export async function drainPartitions(
  tools: DrainTools,
  partitions: readonly number[],
  lane: Lane,
  limit: number,
): Promise<Drain> {
  const [only, ...others] = partitions;
  const isOne = others.length === 0;
  try {
    return await drainOnce(tools, partitions, lane, limit, isOne && limit === 1);
  } catch (error) {
    const kind = kindOfError(error);
    if (kind === 'passing') throw error;
    if (isOne && only !== undefined && kind !== 'data') {
      const states = new Map([[only, 'broken' as const]]);
      return { ...NOTHING_DONE, states, appliedInSets: [], faults: [{ partition: only, kind, error }] };
    }
    // Alone, an operation cannot fail because of its data: it is failed instead.
    if (isOne && limit === 1) throw error;
  }
  if (isOne) {
    const { states, ...half } = await drainPartitions(tools, partitions, lane, Math.ceil(limit / 2));
    return { ...half, states: new Map([...states].map(([each, state]) => [each, state === 'empty' ? 'more' : state])) };
  }
  const middle = Math.ceil(partitions.length / 2);
  const first = await drainPartitions(tools, partitions.slice(0, middle), lane, limit);
  const second = await drainPartitions(tools, partitions.slice(middle), lane, limit);
  return {
    states: new Map([...first.states, ...second.states]),
    applied: [...first.applied, ...second.applied],
    appliedInSets: [...first.appliedInSets, ...second.appliedInSets],
    events: first.events + second.events,
    spans: new Map([...first.spans, ...second.spans]),
    faults: [...first.faults, ...second.faults],
  };
}

/** One transaction. With `failing`, an operation whose data cannot be written is failed, and moves nothing. */
async function drainOnce(
  tools: DrainTools,
  partitions: readonly number[],
  lane: Lane,
  limit: number,
  failing: boolean,
): Promise<Drain> {
  const { database, assets } = tools;
  return inTransaction(database, async (client) => {
    // Each of these is a separate statement, so that each sees what was committed before the previous one ended.
    const held = await tryLockPartitions(client, partitions);
    const [only] = held;
    if (lane === 'bulk' && only !== undefined && partitions.length === 1 && !failing) {
      const part = await applyPart(client, only, limit);
      if (part !== null) {
        const events = part.isClosed ? await endBatches(client, assets, [part.batchId]) : 0;
        const states = new Map([[only, part.isClosed ? ('empty' as const) : ('more' as const)]]);
        const appliedInSets = [{ partition: only, lines: part.lines }];
        return { ...NOTHING_DONE, states, appliedInSets, events, faults: [] };
      }
    }
    const choice = held.length === 0 ? NOTHING : await chooseOperations(client, held, lane, limit);
    const done = failing ? await applyOrFail(client, tools, choice) : await apply(client, tools, choice);
    const isHeld = new Set(held);
    const stateOf = (partition: number): PartitionState =>
      !isHeld.has(partition) ? 'busy' : choice.more.has(partition) ? 'more' : 'empty';
    return { states: new Map(partitions.map((each) => [each, stateOf(each)])), ...done, appliedInSets: [], faults: [] };
  });
}

/** Ends batches whose last part was closed, and records their events. @returns how many. */
async function endBatches(client: Client, assets: Assets, closed: readonly string[]): Promise<number> {
  const batchIds = await finishBatches(client, closed);
  if (batchIds.length === 0) return 0;
  return recordEvents(client, assets, { outcomes: [], batchIds }, await readSubscribedTypes(client));
}

type Done = Pick<Drain, 'applied' | 'events' | 'spans'>;

const NOTHING_DONE: Done = { applied: [], events: 0, spans: new Map() };

const NOTHING: Choice = { operations: [], advances: [], more: new Set() };

async function applyOrFail(client: Client, tools: DrainTools, choice: Choice): Promise<Done> {
  const { operations } = choice;
  await client.query('SAVEPOINT before');
  try {
    return await apply(client, tools, choice);
  } catch (error) {
    if (kindOfError(error) !== 'data') throw error;
  }
  await client.query('ROLLBACK TO SAVEPOINT before');
  const accounts = await lockAccountsOf(client, operations);
  const planned: Plan = {
    ...{ movements: [], reached: [], holds: [], reversed: [] },
    outcomes: operations.map(({ id, walletId, toWalletId }) => ({
      operationId: id,
      rejection: 'internal_error',
      wallet: accounts.ofWallet(walletId),
      receiver: toWalletId === null ? null : accounts.ofWallet(toWalletId),
    })),
  };
  return write(client, tools, choice, { operations, before: new Map(), plan: planned });
}

async function apply(client: Client, tools: DrainTools, choice: Choice): Promise<Done> {
  const { operations } = choice;
  if (operations.length === 0 && choice.advances.length === 0) return NOTHING_DONE;
  const unknown = operations.find(({ type }) => !Object.hasOwn(KINDS, type));
  // Not an error of the operation's data: so it fails nothing, and leaves the partition to a worker that knows the
  // type.
  if (unknown !== undefined)
    throw new Error(`operation ${unknown.id} is of the type ${unknown.type}, which this program does not know`);
  const open = await openBooks(client, operations);
  const planned = plan(open.operations, open.books);
  return write(client, tools, choice, { operations, before: open.books.accounts, plan: planned });
}

/** Writes the plan, the progress of batches, the batches that end with it, and the events of all that. */
async function write(client: Client, tools: DrainTools, { advances }: Choice, work: PlannedWork): Promise<Done> {
  const subscribed = await applyPlan(client, work, advances);
  const closed = advances.filter(({ part, afterId }) => afterId === part.lastId).map(({ part }) => part.batchId);
  const batchIds = closed.length > 0 ? await finishBatches(client, closed) : [];
  const outcomes = work.plan.outcomes.filter((_outcome, index) => tellsOfItself(work.operations[index]));
  const spans = startSpans(tools.tracing ?? null, work.operations);
  const events = await recordEvents(client, tools.assets, { outcomes, batchIds, spans }, subscribed);
  return { applied: pair(work.operations, work.plan), events, spans };
}

/** A line of a batch does so only if the batch asks for it. */
function tellsOfItself(operation: PendingOperation | undefined): boolean {
  return operation?.part?.lineEvents ?? true;
}

function pair(operations: readonly PendingOperation[], planned: Plan): AppliedOperation[] {
  return operations.map((operation, index) => {
    const outcome = planned.outcomes[index];
    if (outcome?.operationId !== operation.id)
      throw new BrokenInvariant(`operation ${operation.id} has no outcome in the plan`);
    return { operation, outcome };
  });
}
