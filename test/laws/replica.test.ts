import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { urlFor } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster, untilLogged } from '../support/cluster.ts';
import { type StandbyPair, startStandbyPair } from '../support/standby-pair.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** History, statistics and results of batches are read at READ_DATABASE_URL if that has the state of the primary. */
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'wallet-replica-'));
let pair: StandbyPair;
let cluster: Cluster;
let api: ServiceProcess;
let replica: Database;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pair = await startStandbyPair(folder);
  stops.push(() => pair.stop());
  const redis = await startRedis({ dataDir: folder, path: process.env['PATH'] ?? '' });
  stops.push(() => redis.stop());
  await migrateDatabase(pair.primary.url, MIGRATIONS_FOLDER, undefined);
  cluster = createCluster({
    ...{ databaseUrl: pair.primary.url, redisUrl: redis.url, queuePrefix: 'replica', folder },
    env: { READ_DATABASE_URL: `${urlFor('api', pair.standby.url)}?target_session_attrs=standby` },
  });
  stops.push(() => cluster.stop());
  [api] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  replica = createPool({ url: pair.standby.url, name: 'test', size: 1, onError: () => undefined });
  stops.push(() => replica.end());
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** How many transactions of the API the standby has ended: it reports that a while later. */
async function transactionsAtReplica(): Promise<number> {
  const { rows } = await replica.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name LIKE 'wallet-api/%' AND query = 'COMMIT'`,
  );
  return rows[0]?.count ?? 0;
}

async function historyOf(wallet: string): Promise<string[]> {
  const { body } = await request(api.url).get(`/wallets/${wallet}/transactions`).expect(200);
  return (body.data as { balance_after: string }[]).map((line) => line.balance_after);
}

/** The closing balance, and how many lines lead to it. */
async function closingOf(wallet: string): Promise<unknown[]> {
  const { body } = await request(api.url).get(`/wallets/${wallet}/statement`).expect(200);
  return [body.closing_balance, body.lines.length];
}

async function readAll(wallet: string, batch: string): Promise<unknown[]> {
  const statistics = await request(api.url).get(`/wallets/${wallet}/statistics`).expect(200);
  const lines = await request(api.url).get(`/batches/${batch}/operations`).set('Accept', 'text/csv').expect(200);
  return [await historyOf(wallet), statistics.body.count, lines.text.trim().split('\n').length];
}

async function applyBatch(wallet: string, amount: string): Promise<string> {
  const operations = [1, 2, 3].map(() => ({ type: 'deposit', wallet_id: wallet, amount }));
  const answer = await request(api.url).post('/batches').set('Prefer', 'wait=10').send({ operations }).expect(200);
  return answer.body.id as string;
}

it('warns at the start that no standby confirms acknowledged operations', async () => {
  await untilLogged(api, 'the database has no synchronous standby');
});

it('answers from the replica, and from the primary if the replica has not replayed enough or is gone', async () => {
  const wallet = await createFundedWallet(api.url, '5.00');
  const id = await applyBatch(wallet, '1.00');
  await pair.caughtUp();
  expect(await readAll(wallet, id)).toEqual([['8.00', '7.00', '6.00', '5.00'], 4, 4]);
  expect(await closingOf(wallet)).toEqual(['8.00', 4]);
  expect(await transactionsAtReplica()).toBeGreaterThan(0);

  await replica.query('SELECT pg_wal_replay_pause()');
  await operate(api.url, wallet, 'DEPOSIT', '2.00');
  const later = await applyBatch(wallet, '0.50');
  expect(await readAll(wallet, later)).toEqual([
    ['11.50', '11.00', '10.50', '10.00', '8.00', '7.00', '6.00', '5.00'],
    8,
    4,
  ]);
  expect(await closingOf(wallet)).toEqual(['11.50', 8]);
  await replica.query('SELECT pg_wal_replay_resume()');

  await pair.standby.stop();
  expect(await readAll(wallet, id)).toHaveLength(3);
  expect(await closingOf(wallet)).toEqual(['11.50', 8]);
  await untilLogged(api, 'the replica cannot be used: reading from the primary');
});
