import { type Database, createPool } from '@wallet/shared/database/pool';
import { type WalletFilter, listWallets } from '@wallet/shared/database/tables/wallets';
import { createTestDatabase } from '../support/test-database.ts';

/** A page of wallets reads about as much as it shows, however many there are: here 5,000, one in fifty of them frozen. */
const PAGE = 20;

let database: Database;
let middle: string;
beforeAll(async () => {
  const { databaseUrl: url } = await createTestDatabase();
  database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await database.query(
    `WITH client AS (
       INSERT INTO clients (id, login, name) SELECT gen_random_uuid(), 'c' || n, 'c' FROM generate_series(1, 2500) AS n RETURNING id
     ), made AS (
       INSERT INTO wallets (id, client_id, asset_id)
       SELECT gen_random_uuid(), id, asset FROM client, unnest('{1, 4}'::smallint[]) AS asset RETURNING *
     )
     INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made`,
  );
  await database.query(`UPDATE accounts SET status = 'frozen' WHERE wallet_id IS NOT NULL AND id % 50 = 0`);
  await database.query('VACUUM ANALYZE wallets, accounts');
  const { rows } = await database.query<{ id: string }>('SELECT id FROM wallets ORDER BY id OFFSET 1000 LIMIT 1');
  middle = rows[0]!.id;
});
afterAll(() => database.end());

const all: WalletFilter = { clientId: null, assetId: null, status: null, after: null };

async function countRead(): Promise<number> {
  await database.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await database.query<{ read: number }>(
    `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN ('wallets', 'accounts'))::int
          + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN ('wallets', 'accounts'))::int AS read`,
  );
  return rows[0]!.read;
}

it.each<[string, Partial<WalletFilter>, number]>([
  ['of all', {}, 10],
  ['of an asset', { assetId: 1 }, 10],
  ['that are frozen', { status: 'frozen' }, 10],
  ['that are frozen, of an asset', { status: 'frozen', assetId: 4 }, 20],
  ['that are active', { status: 'active' }, 10],
])('a page of wallets %s reads no more than it needs', async (_what, filter, most) => {
  for (const after of [null, middle]) {
    const before = await countRead();
    const found = await listWallets(database, { ...all, ...filter, after }, PAGE);
    expect(found.length).toBe(PAGE);
    expect((await countRead()) - before).toBeLessThan(most * PAGE);
  }
});

it('the wallets of a client are read by their client', async () => {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM clients LIMIT 1');
  const before = await countRead();
  expect(await listWallets(database, { ...all, clientId: rows[0]!.id, status: 'active' }, PAGE)).not.toHaveLength(0);
  expect((await countRead()) - before).toBeLessThan(20);
});
