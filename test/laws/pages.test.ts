import { createPool } from '@wallet/shared/database/pool';
import { listHistory } from '@wallet/shared/database/tables/entries';
import { listLines } from '@wallet/shared/database/tables/batch-lines';
import { listHolds } from '@wallet/shared/database/tables/holds';
import { listOperations } from '@wallet/shared/database/tables/operation-lists';
import { partitionOf } from '@wallet/shared/words/partition';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** A page of a list reads about as much as it shows, however long the list is: here 4,000 operations of one wallet. */
const LINES = 4_000;
const PAGE = 50;
/** Of the holds, a page of the oldest is open, and the first of those was released in parts. */
const HOLDS = 400;
const PARTS = 250;

let service: Service;
let wallet: string;
let batch: string;
let hold: string;
beforeAll(async () => {
  service = await startService({ worker: false });
  wallet = await createFundedWallet(service.url);
  const operations = Array.from({ length: LINES }, (_, n) =>
    n % 5 === 4
      ? { type: 'withdraw', wallet_id: wallet, amount: 1_000_000_000 }
      : { type: n % 5 === 3 ? 'withdraw' : 'deposit', wallet_id: wallet, amount: 1, reference_id: `line-${n}` },
  );
  const { body } = await request(service.url).post('/batches').send({ operations }).expect(202);
  batch = body.id as string;
  await drain('bulk');
  const holds = Array.from({ length: HOLDS }, () => ({ type: 'hold', wallet_id: wallet, amount: 4 }));
  await apply(holds);
  const { rows } = await service.database.query<{ id: string }>('SELECT operation_id AS id FROM holds ORDER BY 1');
  hold = rows[0]!.id;
  const newest = rows.slice(PAGE).map(({ id }) => ({ type: 'release', hold_id: id }));
  const parts = Array.from({ length: PARTS }, () => ({ type: 'release', hold_id: hold, amount: '0.01' }));
  await apply([...newest, ...parts]);
  // The planner reads all of a small table, so there are many more that were closed long ago.
  await service.database.query(`
    BEGIN; SET LOCAL session_replication_role = replica;
    INSERT INTO holds (operation_id, wallet_id, amount, released)
    SELECT lpad(to_hex(number), 32, '0')::uuid, '${wallet}', 1, 1 FROM generate_series(1, 20000) AS number;
    INSERT INTO operation_terms (operation_id, target_id)
    SELECT gen_random_uuid(), operation_id FROM holds WHERE released = 1 AND amount = 1;
    COMMIT`);
  await service.database.query('ANALYZE');
});
afterAll(() => service.stop());

/** Accepts operations one by one, and applies them. */
async function apply(operations: readonly object[]): Promise<void> {
  await Promise.all(operations.map((each) => request(service.url).post('/operations').send(each).expect(202)));
  await drain('high');
}

async function drain(lane: 'high' | 'bulk'): Promise<void> {
  const partition = partitionOf(wallet, service.partitions);
  for (let state; state !== 'empty';) {
    state = (await drainPartitions(service, [partition], lane, 1_000)).states.get(partition);
  }
}

const all = {
  ...{ walletId: null, batchId: null, status: null, type: null, referenceId: null, idempotencyKey: null },
  ...{ holdId: null, reversalOf: null },
  ...{ from: null, to: null, before: null },
};
const lines = () => ({ id: batch, partitions: [partitionOf(wallet, service.partitions)] });
const place = { after: 0, upTo: LINES };

/** How many rows of history the question reads, by key or otherwise. */
async function rowsRead(
  ask: (database: Service['database']) => Promise<readonly unknown[]>,
  answered = PAGE,
): Promise<number> {
  const database = createPool({ url: service.databaseUrl, name: 'one', size: 1, onError: () => undefined });
  const count = async (): Promise<number> => {
    await database.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await database.query<{ read: number }>(
      `SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read FROM pg_stat_user_tables
       WHERE relname IN ('operations', 'movements', 'failures', 'holds', 'operation_terms')`,
    );
    return rows[0]!.read;
  };
  try {
    const before = await count();
    expect(await ask(database)).toHaveLength(answered);
    return (await count()) - before;
  } finally {
    await database.end();
  }
}

it.each<[string, (database: Service['database']) => Promise<readonly unknown[]>]>([
  ['operations', (database) => listOperations(database, all, PAGE)],
  ['operations that succeeded', (database) => listOperations(database, { ...all, status: 'succeeded' }, PAGE)],
  ['operations that failed', (database) => listOperations(database, { ...all, status: 'failed' }, PAGE)],
  ['operations of a wallet', (database) => listOperations(database, { ...all, walletId: wallet }, PAGE)],
  [
    'operations of a wallet that succeeded',
    (database) => listOperations(database, { ...all, walletId: wallet, status: 'succeeded' }, PAGE),
  ],
  ['what released a hold', (database) => listOperations(database, { ...all, holdId: hold }, PAGE)],
  ['the holds of a wallet', (database) => listHolds(database, { walletId: wallet, status: null, before: null }, PAGE)],
  [
    'the holds of a wallet that are open',
    (database) => listHolds(database, { walletId: wallet, status: 'open', before: null }, PAGE),
  ],
  ['lines of a batch', (database) => listLines(database, lines(), { ...place, status: null }, PAGE)],
  ['lines that succeeded', (database) => listLines(database, lines(), { ...place, status: 'succeeded' }, PAGE)],
  ['lines that failed', (database) => listLines(database, lines(), { ...place, status: 'failed' }, PAGE)],
  [
    'the history of a wallet',
    (database) => listHistory(database, wallet, { type: null, from: null, to: null, before: null }, PAGE),
  ],
  [
    'the history of a wallet from a moment and below a version, of one type',
    (database) =>
      listHistory(database, wallet, { type: 'withdraw', from: new Date(0), to: null, before: 2_000n }, PAGE),
  ],
])('a page of %s reads no more than it needs', async (_what, ask) => {
  // An operation, a movement and a failure for each, and some that are passed over.
  expect(await rowsRead(ask)).toBeLessThan(12 * PAGE);
});

it.each<[string, Partial<Parameters<typeof listOperations>[1]>, number]>([
  ['reference', { referenceId: 'line-7' }, 1],
  ['reference, if it succeeded', { referenceId: 'line-7', status: 'succeeded' }, 1],
  ['key', { idempotencyKey: 'line-7' }, 1],
  ['key, if it failed', { idempotencyKey: 'line-7', status: 'failed' }, 0],
])('an operation is found by its %s without reading others', async (_what, filter, count) => {
  expect(await rowsRead((database) => listOperations(database, { ...all, ...filter }, PAGE), count)).toBeLessThan(12);
});
