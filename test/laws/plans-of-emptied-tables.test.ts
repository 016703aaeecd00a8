import { urlFor } from '@wallet/local/embedded-postgres';
import { type Assets, loadAssets } from '@wallet/shared/database/assets';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { queueDueOperations } from '@wallet/shared/database/statements/queue-due-operations';
import { type NewOperation, acceptOperations, scheduleOperations } from '@wallet/shared/database/tables/operations';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { createWallet } from '@wallet/shared/database/tables/wallets';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { DRAIN_PLANNER } from '@wallet/worker/drain/planner';
import { breakTheLaw } from '../support/break-the-law.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * What waits and what is scheduled is empty most of the time, and then vacuumed. The plans that are made then have to serve what
 * comes next: of a table without rows a planner expects none, and takes any index for as good as another.
 */

const ASSET = 4;
const COUNT = 200;
/** Rows of no operation, so many that it takes a hundred blocks and more to read an index from end to end. */
const OTHERS = {
  pending_operations: `INSERT INTO pending_operations (partition, seq, operation_id, wallet_id, accepted_at)
    SELECT 0, 1000000 + number, gen_random_uuid(), gen_random_uuid(), now() FROM generate_series(1, 40000) AS number`,
  scheduled_operations: `INSERT INTO scheduled_operations (operation_id, execute_at, partition)
    SELECT gen_random_uuid(), now() + number * interval '1 hour', 0 FROM generate_series(1, 40000) AS number`,
};

/** One session each: what a session has read is told by itself until it has told the server. */
let owner: Database;
let worker: Database;
let assets: Assets;
let wallets: readonly { readonly id: string; readonly partition: number }[];
beforeEach(async () => {
  const { databaseUrl: url } = await createTestDatabase();
  const common = { name: 'test', size: 1, onError: () => undefined };
  owner = createPool({ ...common, url });
  worker = createPool({ ...common, url: urlFor('worker', url), settings: DRAIN_PLANNER });
  assets = await loadAssets(owner);
  const partitions = await readPartitions(owner, undefined);
  // Partition 0 is that of the others.
  const ids = Array.from({ length: 2 * COUNT }, newId).filter((id) => partitionOf(id, partitions) !== 0);
  wallets = ids.slice(0, COUNT).map((id) => ({ id, partition: partitionOf(id, partitions) }));
  for (const { id } of wallets) await createWallet(owner, { id, assetId: ASSET, clientId: null });
  // As after a burst: autovacuum finds nothing that is left, but a snapshot that still sees what was.
  const holder = await worker.connect();
  for (const [table, fill] of Object.entries(OTHERS)) {
    await owner.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    await breakTheLaw(owner, fill);
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await holder.query('SELECT FROM settings');
    await breakTheLaw(owner, `DELETE FROM ${table}`);
    await owner.query(`VACUUM ${table}`);
    await holder.query('COMMIT');
  }
  holder.release();
});
afterEach(() => Promise.all([owner.end(), worker.end()]));

function deposits(count: number, executeAt: Date | null = null): NewOperation[] {
  return wallets.slice(0, count).map(({ id: walletId, partition }) => ({
    ...{ id: newId(), partition, walletId, toWalletId: null, assetId: ASSET, type: 'deposit', amount: 1n },
    ...{ priority: 'high', description: null, referenceId: null, idempotencyKey: null, requestHash: null },
    ...{ metadata: null, terms: null, executeAt },
  }));
}

async function drainAll(): Promise<number> {
  const partitions = [...new Set(wallets.map(({ partition }) => partition))];
  const { applied, faults } = await drainPartitions({ database: worker, assets }, partitions, 'high', 2 * COUNT);
  expect(faults).toEqual([]);
  return applied.length;
}

/** How many blocks and entries of the indexes of a table were read for `run`. */
async function countReads(table: string, run: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => {
    let reads = 0;
    for (const [session, kinds] of [
      [worker, ['xact_']],
      [owner, ['xact_', '']],
    ] as const) {
      const sums = kinds.flatMap((kind) =>
        ['blocks_fetched', 'tuples_returned'].map((what) => `sum(pg_stat_get_${kind}${what}(indexrelid))`),
      );
      const { rows } = await session.query<{ reads: number }>(
        `SELECT (${sums.join(' + ')})::float8 AS reads FROM pg_index WHERE indrelid = $1::regclass`,
        [table],
      );
      reads += rows[0]!.reads;
    }
    return reads;
  };
  const before = await count();
  await run();
  return (await count()) - before;
}

it('what waits is accepted and applied by a few look-ups each', async () => {
  await acceptOperations(owner, deposits(1), { again: false });
  expect(await drainAll()).toBe(1);
  await breakTheLaw(owner, OTHERS.pending_operations);
  const reads = await countReads('pending_operations', async () => {
    await acceptOperations(owner, deposits(COUNT), { again: false });
    expect(await drainAll()).toBe(COUNT);
  });
  expect(reads).toBeLessThan(40 * COUNT);
});

it('what is scheduled is queued by a few look-ups each', async () => {
  await scheduleOperations(owner, deposits(1, new Date()), { again: false });
  expect(await queueDueOperations(worker, COUNT)).toHaveLength(1);
  await breakTheLaw(owner, OTHERS.scheduled_operations);
  const reads = await countReads('scheduled_operations', async () => {
    await scheduleOperations(owner, deposits(COUNT, new Date()), { again: false });
    expect(await queueDueOperations(worker, COUNT)).toHaveLength(COUNT);
  });
  expect(reads).toBeLessThan(40 * COUNT);
});
