import { lineId, newBatchId } from '@wallet/shared/words/batch';
import { type Assets, loadAssets } from '@wallet/shared/database/assets';
import { type Client, type Database, createPool } from '@wallet/shared/database/pool';
import { type LineDraft, insertLines, toColumns } from '@wallet/shared/database/tables/batch-lines';
import { cancelBatch, closeBatch, openBatch } from '@wallet/shared/database/tables/batches';
import { acceptOperations, findOperations } from '@wallet/shared/database/tables/operations';
import type { PendingOperation } from '@wallet/shared/database/tables/pending-operations';
import { createWallets } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import fc from 'fast-check';
import { ASSETS, type Line, type Batch, type Single, type Run, anyRun } from '../support/any-run.ts';
import { createModel, groupInUnits } from '../support/model.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * Lines of a batch are applied by a statement in sets if none can be rejected, and by the rules of the ledger
 * otherwise. Whatever is pending, both write the same rows, which are those of the model. Each run is one transaction
 * that is rolled back: its operations are applied twice, from one savepoint.
 *
 * `TEST_SETS_RUNS=2000 npm test -- laws/sets-equal-plan` tries more.
 */

const RUNS = Number(process.env['TEST_SETS_RUNS'] ?? 200);
/** The partition of all operations, and an empty one. */
const HERE = 3;
const ELSEWHERE = 4;
const PARTITIONS = 16;
const MANY_DRAINS = 200;

let pool: Database;
let client: Client;
let assets: Assets;
let wallets: { readonly id: string; readonly assetId: number; readonly transferable: boolean }[];

beforeAll(async () => {
  const { databaseUrl: url } = await createTestDatabase();
  // All of a run is one transaction, also while the test waits for a processor.
  const settings = { ...DRAIN_PLANNER, idle_in_transaction_session_timeout: '0' };
  pool = createPool({ url, name: 'test', size: 1, settings, onError: () => undefined });
  assets = await loadAssets(pool);
  wallets = ASSETS.map((code) => {
    const { id: assetId, transferable } = assets.withCode(code)!;
    return { id: idIn(HERE), assetId, transferable };
  });
  const clientIds = wallets.map(() => newId());
  await pool.query(`INSERT INTO clients (id, login, name) SELECT id, id, 'test' FROM unnest($1::uuid[]) AS id`, [
    clientIds,
  ]);
  await createWallets(
    pool,
    wallets.map(({ id, assetId }, index) => ({ id, assetId, clientId: clientIds[index]! })),
  );
  client = await pool.connect();
});
afterAll(async () => {
  client.release();
  await pool.end();
});

function idIn(partition: number): string {
  for (;;) {
    const id = newId();
    if (partitionOf(id, PARTITIONS) === partition) return id;
  }
}

it(
  'the statement for sets and the rules of the ledger write the same rows, which are those of the model',
  async () => {
    let inSets = 0;
    let oneByOne = 0;
    const property = fc.asyncProperty(anyRun, async (run) => {
      await client.query('BEGIN');
      try {
        const batches = await arrange(run);
        await client.query('SAVEPOINT arranged');
        const applied = await applyAll(run, batches, { maySets: true });
        const rows = await readRows();
        await client.query('ROLLBACK TO SAVEPOINT arranged');
        const planned = await applyAll(run, batches, { maySets: false });
        expect(rows).toEqual(await readRows());
        const told = askModel(run, planned.order);
        expect(await readOutcomes()).toEqual(told);
        expect(await findOutcomes([...told.outcomes.keys()])).toEqual(told.outcomes);
        inSets += applied.inSets;
        oneByOne += applied.order.length;
        expect([planned.inSets, planned.order.length]).toEqual([0, applied.inSets + applied.order.length]);
      } finally {
        await client.query('ROLLBACK');
      }
    });
    await fc.assert(property, { numRuns: RUNS });
    // The test proves something only if both have had much to do.
    expect(Math.min(inSets, oneByOne)).toBeGreaterThan(RUNS);
  },
  60_000 + 1_000 * RUNS,
);

/** Gives the wallets their balances, and accepts the requests. @returns when each batch is cancelled. */
async function arrange(run: Run): Promise<Map<string, number>> {
  const holdings = run.wallets
    .map(({ status, balance, credit }, index) => `('${wallets[index]!.id}'::uuid, '${status}', ${balance}, ${credit})`)
    .join(', ');
  const held = `(VALUES ${holdings}) AS held (wallet_id, status, balance, credit)`;
  // As if it had always been so: the law sees only what is applied.
  await client.query(
    `SET LOCAL session_replication_role = replica;
     UPDATE accounts SET status = held.status, balance = held.balance, credit_limit = held.credit, version = abs(sign(held.balance)),
                         base_version = 0, base_balance = 0,
                         last_operation_id = CASE WHEN held.balance <> 0 THEN gen_random_uuid() END
     FROM ${held} WHERE accounts.wallet_id = held.wallet_id;
     INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                            amount, asset_id)
     SELECT last_operation_id, -id, 1, -balance, id, version, balance, balance, asset_id
     FROM accounts WHERE wallet_id IS NOT NULL AND version > 0 AND balance > 0
     UNION ALL
     SELECT last_operation_id, id, version, balance, -id, 1, -balance, -balance, asset_id
     FROM accounts WHERE wallet_id IS NOT NULL AND version > 0 AND balance < 0;
     SET LOCAL session_replication_role = origin`,
  );
  const cancelled = new Map<string, number>();
  for (const item of [run.batch, ...run.more]) {
    if ('single' in item) await acceptSingle(item);
    else {
      const id = await acceptBatch(item);
      if (item.cancelAfter !== null) cancelled.set(id, item.cancelAfter);
    }
  }
  return cancelled;
}

async function acceptSingle({ single, priority }: Single): Promise<void> {
  const operation = { id: newId(), partition: HERE, priority, executeAt: null, ...toDraft(single) };
  await acceptOperations(client, [operation], { again: false });
}

async function acceptBatch({ lines, atomic, priority }: Batch): Promise<string> {
  const id = newBatchId();
  const added = lines.map((line, index) => ({
    id: lineId(id, HERE, index + 1),
    line: index + 1,
    draft: toDraft(line),
  }));
  const facts = { id, priority, atomic, lineEvents: false, retryOf: null };
  await openBatch(client, facts);
  await insertLines(client, facts, toColumns(added));
  await closeBatch(client, {
    ...facts,
    total: lines.length,
    replayed: 0,
    skippedLines: [],
    idempotencyKey: id,
    requestHash: '00'.repeat(32),
    parts: [{ partition: HERE, afterId: lineId(id, HERE, 0), lastId: added.at(-1)!.id }],
    totals: assets.list.flatMap(({ id: assetId }) => {
      const amounts = added.flatMap(({ draft }) => (draft.assetId === assetId ? (draft.amount ?? []) : []));
      const amount = amounts.reduce((sum, each) => sum + each, 0n);
      return amounts.length > 0 ? { partition: HERE, assetId, lines: amounts.length, amount } : [];
    }),
  });
  await client.query('SELECT accept_batch($1)', [id]);
  return id;
}

function toDraft({ type, wallet, to, amount }: Line): LineDraft {
  const { id: walletId, assetId } = wallets[wallet]!;
  const others = wallets.filter((other) => other.assetId === assetId && other.id !== walletId);
  const receiver = type === 'transfer' ? others[to % others.length] : undefined;
  return {
    walletId,
    toWalletId: receiver?.id ?? null,
    assetId,
    // There is nobody to send to: it is a gift.
    type: type === 'transfer' && receiver === undefined ? 'bonus' : type,
    amount,
    description: null,
    referenceId: null,
    idempotencyKey: null,
    requestHash: null,
    metadata: null,
    terms: null,
  };
}

interface Applied {
  /** The operations that went through the rules, in order. */
  readonly order: PendingOperation[];
  inSets: number;
}

/**
 * Drains the partition as a worker does, single operations first. With a second partition, and room for both, the bulk lane
 * chooses the same operations, but never applies them in sets.
 */
async function applyAll(
  run: Run,
  cancelled: ReadonlyMap<string, number>,
  { maySets }: { maySets: boolean },
): Promise<Applied> {
  const done: Applied = { order: [], inSets: 0 };
  const tools = { database: nestedIn(client), assets };
  for (let drains = 0, lane: 'high' | 'bulk' = 'high'; ;) {
    for (const [id, after] of cancelled) if (lane === 'bulk' && after === drains) await cancelBatch(client, id);
    const partitions = maySets || lane === 'high' ? [HERE] : [HERE, ELSEWHERE];
    const drain = await drainPartitions(tools, partitions, lane, run.limit * partitions.length);
    for (const { error } of drain.faults) throw error;
    done.order.push(...drain.applied.map(({ operation }) => operation));
    for (const { lines } of drain.appliedInSets) done.inSets += lines;
    if (lane === 'bulk') drains += 1;
    if (drains > MANY_DRAINS) throw new Error('there is no end to it');
    if (drain.states.get(HERE) !== 'empty') continue;
    if (lane === 'bulk') return done;
    lane = 'bulk';
  }
}

/** A pool of one connection that is in a transaction: those in it are savepoints. */
function nestedIn(outer: Client): Database {
  const nested: Record<string, string> = {
    BEGIN: 'SAVEPOINT drain',
    COMMIT: 'RELEASE SAVEPOINT drain',
    ROLLBACK: 'ROLLBACK TO SAVEPOINT drain',
  };
  const query = (statement: string): unknown => outer.query(nested[statement] ?? statement);
  return { connect: () => Promise.resolve({ query, release: () => undefined }) } as unknown as Database;
}

/** Every row that applying may write or change, without its times. */
async function readRows(): Promise<string[]> {
  const tables = ['accounts', 'movements', 'failures', 'pending_operations', 'batches', 'batch_parts', 'batch_totals'];
  const times = '{updated_at,created_at,completed_at,accepted_at,started_at,touched_at,cancelled_at,finished_at}';
  const { rows } = await client.query<{ row: string }>(
    tables
      .map((table) => `SELECT '${table} ' || (to_jsonb(${table}) - '${times}'::text[])::text AS row FROM ${table}`)
      .join(' UNION ALL ') + ' ORDER BY 1',
  );
  return rows.map(({ row }) => row);
}

/** The outcome of each operation, and the final state of each wallet. */
interface Told {
  readonly outcomes: ReadonlyMap<string, unknown>;
  readonly wallets: ReadonlyMap<string, unknown>;
}

async function readOutcomes(): Promise<Told> {
  const outcomes = await client.query<Record<'id' | 'rejection', string> & Record<string, unknown>>(
    `SELECT operation_id AS id, error_code AS rejection, wallet_balance AS balance, wallet_version AS version,
            to_wallet_balance AS "toBalance", to_wallet_version AS "toVersion"
     FROM outcomes JOIN operations ON operations.id = operation_id`,
  );
  const accounts = await client.query<{ id: string }>(
    'SELECT wallet_id AS id, balance::bigint AS balance, version FROM accounts WHERE wallet_id IS NOT NULL',
  );
  return {
    outcomes: new Map(
      outcomes.rows.map(({ id, rejection, balance, version, toBalance, toVersion }) => {
        const receiver = toVersion === null ? null : { balance: toBalance, version: toVersion };
        return [id, { rejection, wallet: { balance, version }, receiver }];
      }),
    ),
    wallets: new Map(accounts.rows.map(({ id, ...standing }) => [id, standing])),
  };
}

/** The API's answers for each of the operations. */
async function findOutcomes(ids: readonly string[]): Promise<Told['outcomes']> {
  const found = await findOperations(client, ids);
  return new Map(
    found.map((each) => {
      const { walletBalance: balance, walletVersion: version, toWalletBalance, toWalletVersion } = each;
      const receiver = toWalletVersion === null ? null : { balance: toWalletBalance, version: toWalletVersion };
      return [each.id, { rejection: each.errorCode, wallet: { balance, version }, receiver }];
    }),
  );
}

/** The model's results for the operations in order. */
function askModel(run: Run, order: readonly PendingOperation[]): Told {
  const model = createModel(
    run.wallets.map(({ status, balance, credit }, index) => {
      const { id, transferable } = wallets[index]!;
      return [id, { status, balance, credit, transferable, version: balance === 0n ? 0n : 1n }];
    }),
  );
  const outcomes = new Map<string, unknown>();
  for (const unit of groupInUnits(order, ({ part }) => (part?.atomic ? part.batchId : null))) {
    const told = model.applyTogether(
      unit.map(({ type, walletId, toWalletId, amount, part }) => ({
        ...{ type, wallet: walletId, to: toWalletId, amount },
        cancelled: part?.cancelled ?? false,
      })),
    );
    unit.forEach(({ id }, index) => outcomes.set(id, told[index]));
  }
  return { outcomes, wallets: new Map(wallets.map(({ id }) => [id, model.standingOf(id)])) };
}
