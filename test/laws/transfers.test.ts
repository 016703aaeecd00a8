import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { partitionOf } from '@wallet/shared/words/partition';
import { type Cluster, createCluster } from '../support/cluster.ts';
import { createHttpClient } from '../support/http-client.ts';
import { randomFrom } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * Amounts circulate between wallets of different partitions, with two workers: every pair of wallets is locked from
 * both sides at once. TEST_TRANSFER_SECONDS makes it longer.
 */
const SECONDS = Number(process.env['TEST_TRANSFER_SECONDS'] ?? 10);
const WALLETS = 20;
const CONNECTIONS = 64;

const folder = mkdtempSync(join(tmpdir(), 'wallet-transfers-'));
let postgres: EmbeddedPostgres;
let database: Database;
let cluster: Cluster;
beforeAll(async () => {
  const path = process.env['PATH'] ?? '';
  // A server of its own, for its log.
  postgres = await startPostgres({ dataDir: folder, path, settings: { fsync: 'off', log_lock_waits: 'on' } });
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
  database = createPool({ url: postgres.url, name: 'test', size: 2, onError: () => undefined });
  const { redisUrl, queuePrefix } = await createTestDatabase();
  cluster = createCluster({ databaseUrl: postgres.url, redisUrl, queuePrefix, folder });
}, 60_000);
afterAll(async () => {
  await cluster.stop();
  await database.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it(
  'transfers in circles never deadlock, and lose nothing',
  async () => {
    const [api] = await Promise.all([cluster.startApi(), cluster.startWorker(), cluster.startWorker()]);
    const client = createHttpClient(CONNECTIONS, 10_000);
    const send = async (path: string, body: object): Promise<string> => {
      const answer = await client.send('POST', `${api.url}${path}`, {}, body);
      if (answer.status >= 300) throw new Error(JSON.stringify(answer));
      return answer.body['id'] as string;
    };
    const wallets = await Promise.all(Array.from({ length: WALLETS }, () => send('/wallets', {})));
    for (const wallet of wallets) await send('/resupplies', { wallet_id: wallet, amount: '100.00' });
    await untilDrained(database, 10_000);
    expect(new Set(wallets.map((wallet) => partitionOf(wallet, 16))).size).toBeGreaterThan(4);

    const random = randomFrom(20);
    const ends = Date.now() + SECONDS * 1000;
    let transfers = 0;
    const circle = async (): Promise<void> => {
      while (Date.now() < ends) {
        const from = Math.floor(random() * WALLETS);
        // Mostly to the neighbour, sometimes back: circles in both directions.
        const to = (from + (random() < 0.8 ? 1 : WALLETS - 1)) % WALLETS;
        const amount = 1 + Math.floor(random() * 60);
        await send('/transfers', { from_wallet_id: wallets[from], to_wallet_id: wallets[to], amount });
        transfers += 1;
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, circle));
    client.close();
    await untilDrained(database, 30_000);

    const { rows } = await database.query<{ total: string; succeeded: number; failed: number }>(
      `SELECT (SELECT sum(balance) FROM accounts WHERE wallet_id IS NOT NULL)::text AS total,
              (SELECT count(*)::int FROM operations JOIN outcomes ON operation_id = id
               WHERE type = 'transfer' AND status = 'succeeded') AS succeeded,
              (SELECT count(*)::int FROM operations JOIN outcomes ON operation_id = id
               WHERE type = 'transfer' AND status = 'failed') AS failed`,
    );
    const { total, succeeded, failed } = rows[0]!;
    expect(total).toBe(String(WALLETS * 100_00));
    expect(succeeded + failed).toBe(transfers);
    expect(Math.min(succeeded, failed)).toBeGreaterThan(0);
    const violations: unknown[] = [];
    await auditDatabase(database, (violation) => violations.push(violation));
    expect(violations).toEqual([]);
    expect(readFileSync(join(folder, 'postgres.log'), 'utf8')).not.toMatch(/deadlock detected/);
  },
  (SECONDS + 60) * 1000,
);
