import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

/**
 * A database that answers but accepts no writes, like the old primary after a failover: neither process reports itself
 * as healthy, both stay calm, and everything works again once it accepts writes.
 */
jest.setTimeout(120_000);

const WATCHED_MS = 3_000;
const LINES_PER_SECOND = 3;

const folder = mkdtempSync(join(tmpdir(), 'wallet-read-only-'));
const path = process.env['PATH'] ?? '';
const standbySignal = join(folder, 'postgres', 'standby.signal');
let port: number;
let postgres: EmbeddedPostgres;
let cluster: Cluster;
let api: ServiceProcess;
let worker: ServiceProcess;
let workerHealth: string;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  port = await findFreePort();
  const healthPort = await findFreePort();
  workerHealth = `http://127.0.0.1:${healthPort}`;
  postgres = await launchPostgres();
  stops.push(() => postgres.stop());
  const redis = await startRedis({ dataDir: folder, path });
  stops.push(() => redis.stop());
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
  const env = { WORKER_HEALTH_PORT: String(healthPort) };
  cluster = createCluster({
    ...{ databaseUrl: postgres.url, redisUrl: redis.url, queuePrefix: 'read-only', folder, env },
  });
  stops.push(() => cluster.stop());
  [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

function launchPostgres(): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir: folder, path, port, settings: { fsync: 'off' } });
}

async function untilStatus(url: string, status: number): Promise<request.Response> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await request(url).get('');
    if (answer.status === status) return answer;
    if (Date.now() > deadline) throw new Error(`${url} still answers ${answer.status}: ${answer.text}`);
    await delay(50);
  }
}

it('is not reported as healthy, floods no log, and is used again when it accepts writes', async () => {
  const wallet = await createFundedWallet(api.url, '5.00');
  await postgres.stop();
  writeFileSync(standbySignal, '');
  postgres = await launchPostgres();

  const health = await untilStatus(`${api.url}/health`, 503);
  expect(health.body).toMatchObject({ status: 'down' });
  await untilStatus(`${api.url}/readyz`, 503);
  await untilStatus(workerHealth, 503);
  // Restarting the worker would not help.
  await untilStatus(`${workerHealth}/livez`, 200);
  const refused = await request(api.url)
    .post(`/wallets/${wallet}/operation`)
    .send({ operation_type: 'DEPOSIT', amount: 1 });
  expect({ status: refused.status, code: refused.body.code }).toEqual({ status: 503, code: 'unavailable' });
  expect((await request(api.url).get('/health')).body).toMatchObject({
    status: 'down',
    database: 'read_only',
    reasons: ['database_read_only'],
  });

  const lengths = [api, worker].map((each) => each.log().length);
  await delay(WATCHED_MS);
  [api, worker].forEach((each, index) => {
    const lines = each.log().slice(lengths[index]).split('\n');
    expect(lines.length / (WATCHED_MS / 1_000)).toBeLessThan(LINES_PER_SECOND);
    expect(lines.filter((line) => line.includes('"stack"'))).toEqual([]);
  });

  await postgres.stop();
  rmSync(standbySignal);
  postgres = await launchPostgres();
  await untilStatus(`${api.url}/health`, 200);
  await untilStatus(workerHealth, 200);
  expect(await operate(api.url, wallet, 'WITHDRAW', '2.00')).toMatchObject({ result: { wallet_balance: '3.00' } });
});
