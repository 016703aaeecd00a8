import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, findFreePort, startChild } from '@wallet/local/child';
import { findProgram } from '@wallet/local/find-program';
import { createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { parse, stringify } from 'yaml';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { until } from '../support/keys.ts';
import { readProjectFile } from '../support/manifests.ts';
import { NATIVE_REDIS, type RedisServer, startRedisServer } from '../support/redis-servers.ts';
import { createTestDatabase } from '../support/test-database.ts';

/**
 * Causes the conditions that alerts watch for, and sees them fire in a Prometheus that scrapes real processes: with the
 * original rules, except that it evaluates them ten times a second and that `for` and the ranges are seconds long. Run
 * with ALERTS=1, since it waits for half a minute.
 */
const prometheus = findProgram(process.env['PATH'] ?? '', 'prometheus');
const isPossible = process.env['ALERTS'] === '1' && prometheus !== null && NATIVE_REDIS !== null;

const folder = mkdtempSync(join(tmpdir(), 'wallet-alerts-'));
let target: Awaited<ReturnType<typeof createTestDatabase>>;
let redis: RedisServer;
let cluster: Cluster;
let api: ServiceProcess;
let worker: ServiceProcess;
let watching: Child;
let url: string;

jest.setTimeout(180_000);
if (isPossible) {
  beforeAll(async () => {
    target = await createTestDatabase();
    redis = await startRedisServer(folder, ['save ""']);
    const healthPort = await findFreePort();
    cluster = createCluster({
      ...{ ...target, redisUrl: `redis://127.0.0.1:${redis.port}`, folder },
      env: {
        ...{ WORKER_HEALTH_PORT: String(healthPort), WEBHOOK_ALLOW_PRIVATE: 'true', SYNCHRONOUS_STANDBY: 'none' },
        WEBHOOK_KEY: Buffer.alloc(32, 1).toString('base64'),
      },
    });
    [api, worker] = [await cluster.startApi(), await cluster.startWorker()];
    await startPrometheus({ 'wallet-api': api.url, 'wallet-worker': `http://127.0.0.1:${healthPort}` });
  });
  afterAll(async () => {
    await watching.stop('SIGTERM', 5_000);
    await cluster.stop();
    await redis.child.stop('SIGKILL', 0);
    rmSync(folder, { recursive: true, force: true });
  });
}

async function startPrometheus(jobs: Record<string, string>): Promise<void> {
  const rules = readProjectFile('deploy/prometheus/rules.yml')
    .replace(/^( *for:) .*$/gm, '$1 1s')
    // Ranges of minutes; what looks back an hour or a week is left as it is.
    .replace(/\[\d+m\]/g, '[10s]');
  writeFileSync(join(folder, 'rules.yml'), rules);
  const config = parse(readProjectFile('deploy/prometheus/prometheus.yml'));
  config.global = { scrape_interval: '200ms', scrape_timeout: '200ms', evaluation_interval: '200ms' };
  config.scrape_configs = Object.entries(jobs).map(([name, address]) => ({
    job_name: name,
    static_configs: [{ targets: [new URL(address).host] }],
  }));
  writeFileSync(join(folder, 'prometheus.yml'), stringify(config));
  const address = `127.0.0.1:${await findFreePort()}`;
  url = `http://${address}`;
  const args = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'tsdb')}`];
  watching = startChild([prometheus!, ...args, `--web.listen-address=${address}`], { stdio: 'ignore', cwd: folder });
  // Before its first scrape nothing is up, and the alerts that say so fire until the rules are evaluated again.
  await until('Prometheus has scraped both', async () => {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent('sum(up)')}`).catch(() => null);
    const { data } = ((await answer?.json().catch(() => null)) ?? {}) as {
      data?: { result?: { value: [number, string] }[] };
    };
    return data?.result?.[0]?.value[1] === '2' && (await firing()).length === 0;
  });
}

async function firing(): Promise<string[]> {
  const { data } = (await (await fetch(`${url}/api/v1/alerts`)).json()) as {
    data: { alerts: { state: string; labels: { alertname: string } }[] };
  };
  return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname);
}

async function untilFiring(...names: string[]): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await firing();
    if (names.every((name) => found.includes(name))) return;
    if (Date.now() > deadline) throw new Error(`firing: ${found.join()}, not ${names.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

(isPossible ? it : it.skip)('alerts fire when what they watch is broken, and not before', async () => {
  const wallet = (await request(api.url).post('/wallets').send({ asset: 'USD' }).expect(201)).body.id as string;
  const deposit = (prefer = 'wait=0') =>
    request(api.url)
      .post('/operations')
      .set('Prefer', prefer)
      .send({ type: 'deposit', wallet_id: wallet, amount: '1.00' });
  await deposit('wait=10').expect(200);
  expect(await firing()).toEqual([]);

  // An endpoint without a receiver.
  await request(api.url)
    .post('/webhook-endpoints')
    .send({ url: `http://127.0.0.1:${await findFreePort()}/hook` })
    .expect(201);
  await deposit('wait=10').expect(200);
  await deposit('wait=10').expect(200);
  await untilFiring('WalletWebhooksFail');

  await redis.child.stop('SIGKILL', 0);
  const sending = setInterval(() => void deposit().then(() => undefined), 200);
  await untilFiring('WalletRedisAway');
  clearInterval(sending);

  await worker.stop();
  const operations = [{ type: 'deposit', wallet_id: wallet, amount: '1.00' }];
  await request(api.url).post('/batches').send({ operations }).expect(202);
  await deposit().expect(202);
  await untilFiring('WalletNoWorker', 'WalletOperationsWait');
  // As if it had stood for a minute.
  const database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
  await database.query(`UPDATE batch_parts SET touched_at = now() - interval '1 minute' WHERE open`);
  await database.end();
  await untilFiring('WalletBatchStuck');
});
