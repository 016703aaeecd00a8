import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { urlFor } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { checkPooler } from '@wallet/shared/database/migrate/check-pooler';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { createCluster } from '../support/cluster.ts';
import { startFakePostgres } from '../support/fake-postgres.ts';
import { findPgBouncer, startPgBouncer } from '../support/pgbouncer.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/** Behind PgBouncer, which drops the start-up parameter `options` here. Skipped if PgBouncer is missing or too old. */
jest.setTimeout(60_000);

const found = findPgBouncer();
const withPgBouncer = found === null ? it.skip : it;
const withStatements = found?.keepsStatements ? it : it.skip;
const file = found?.file ?? '';
const KEEPING = { pool_mode: 'transaction', max_prepared_statements: '100' };

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A migrated database of its own, behind a pooler. */
async function open(settings: { pool_mode: string; max_prepared_statements?: string }) {
  const target = await createTestDatabase();
  await migrateDatabase(target.databaseUrl, MIGRATIONS_FOLDER, undefined);
  const pooler = await startPgBouncer(file, { url: target.databaseUrl, ...settings });
  stops.push(() => pooler.stop());
  return { ...target, direct: target.databaseUrl, pooled: pooler.through(target.databaseUrl) };
}

async function check(url: string, program: 'api' | 'worker'): Promise<void> {
  const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await checkDatabase(pool, url, program).finally(() => pool.end());
}

withStatements('the service works behind PgBouncer 1.21 or later in transaction mode', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-pooler-'));
  const { pooled, redisUrl, queuePrefix } = await open(KEEPING);
  const cluster = createCluster({ databaseUrl: pooled, redisUrl, queuePrefix, folder });
  stops.push(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const [api] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
  const wallet = await createFundedWallet(api.url, '10.00');
  const operations = Array.from({ length: 500 }, () => ({ type: 'deposit', wallet_id: wallet, amount: '0.01' }));
  const batch = request(api.url).post('/batches').set('Prefer', 'wait=20').send({ operations });
  const singles = Promise.all(Array.from({ length: 30 }, () => operate(api.url, wallet, 'WITHDRAW', '0.10')));
  await Promise.all([batch.expect(200), singles]);
  const { body } = await request(api.url).get(`/wallets/${wallet}/statistics`).expect(200);
  expect(body).toMatchObject({ count: 531, net: '12.00' });
  const pool = createPool({
    url: urlFor('auditor', pooled),
    name: 'test',
    size: 1,
    statementMs: 0,
    onError: () => undefined,
  });
  expect(await auditDatabase(pool, () => undefined).finally(() => pool.end())).toBe(0);
});

withPgBouncer('a pooler in transaction mode that does not keep prepared statements is refused', async () => {
  const settings = { pool_mode: 'transaction', ...(found?.keepsStatements ? { max_prepared_statements: '0' } : {}) };
  const { pooled } = await open(settings);
  await expect(check(urlFor('api', pooled), 'api')).rejects.toThrow(
    /is a pooler in transaction mode that does not keep prepared statements. Use PgBouncer 1.21/,
  );
});

withPgBouncer('a pooler that drops the limits is refused, unless the user has them', async () => {
  const { direct, pooled } = await open({ pool_mode: 'session' });
  await query(direct, `ALTER ROLE wallet_worker_login IN DATABASE ${nameOf(direct)} RESET lock_timeout`);
  await check(urlFor('api', pooled), 'api');
  await expect(check(urlFor('worker', pooled), 'worker')).rejects.toThrow(
    /has lock_timeout = 0 although 5000 was asked for: the pooler drops .*ALTER ROLE "wallet_worker_login" SET lock_timeout = '5000'/,
  );
});

withPgBouncer('npm run migrate refuses any pooler', async () => {
  const { pooled } = await open({ pool_mode: 'session' });
  await expect(migrateDatabase(pooled, MIGRATIONS_FOLDER, undefined)).rejects.toThrow(
    /is a pooler, and npm run migrate needs a session of its own/,
  );
});

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function query(url: string, text: string): Promise<void> {
  const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await pool.query(text).finally(() => pool.end());
}

it('leaves no connection behind if the pooler assigns its second session late', async () => {
  const facts = { ...{ version: '150000', encoding: 'UTF8', standby: 'false', readOnly: 'off' }, pid: '2' };
  const server = await startFakePostgres(
    { ...facts, ...{ triggers: 'origin', transactionTimeout: '0', user: 'u' } },
    (connection) => delay(connection === 1 ? 0 : LATE_MS),
  );
  stops.push(() => {
    server.stop();
    return Promise.resolve();
  });
  await checkPooler(server.url, { writes: true });
  expect(server.connections()).toBe(1);
  const deadline = Date.now() + 5_000;
  while (server.connections() > 0 && Date.now() < deadline) await delay(20);
  expect(server.connections()).toBe(0);
});

/** Longer than the wait for it. */
const LATE_MS = 2_300;
