import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type EmbeddedRedis, readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { sendToRedis } from '../support/redis-command.ts';
import { expectFaithfulHistory } from '../support/history.ts';
import { createHttpClient } from '../support/http-client.ts';
import { type Request, randomFrom, runLoad } from '../support/load.ts';
import { untilDrained } from '../support/service.ts';

/**
 * Real processes, their own Postgres and Redis, a continuous load, and one fault after another. Within 30 s of the
 * repair every operation is final, and the history matches what the clients saw.
 */
const HEALED_MS = 30_000;
const WALLETS = 40;

const folder = mkdtempSync(join(tmpdir(), 'wallet-faults-'));
const path = process.env['PATH'] ?? '';
let postgres: EmbeddedPostgres;
let redis: EmbeddedRedis;
let ports: { postgres: number; redis: number };
let cluster: Cluster;
let database: Database;
let wallets: string[];
let apis: ServiceProcess[];
let workers: ServiceProcess[];

beforeAll(async () => {
  ports = { postgres: await findFreePort(), redis: await findFreePort() };
  postgres = await launchPostgres();
  redis = await launchRedis();
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
  database = createPool({ url: postgres.url, name: 'test', size: 2, onError: () => undefined });
  cluster = createCluster({ databaseUrl: postgres.url, redisUrl: redis.url, queuePrefix: 'faults', folder });
  apis = await Promise.all([cluster.startApi(), cluster.startApi()]);
  workers = await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  const client = createHttpClient(4, 5_000);
  wallets = await Promise.all(
    Array.from({ length: WALLETS }, async () => {
      const answer = await client.send('POST', `${apis[0]!.url}/wallets`, {}, {});
      return answer.body['id'] as string;
    }),
  );
  client.close();
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  await database.end();
  await redis.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

function launchPostgres(): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir: folder, path, port: ports.postgres, settings: { fsync: 'off' } });
}

function launchRedis(): Promise<EmbeddedRedis> {
  return startRedis({ dataDir: folder, path, port: ports.redis, server: readRedisServer(process.env) });
}

const history: Request[] = [];

/** How long a client pauses between two requests: around the fault, and while only time passes. */
const REST_MS = { busy: 30, waiting: 400 };
let restMs = REST_MS.busy;

/** Time passes under load: thinner after the first second, and as before when the last one begins. */
async function pass(ms: number): Promise<void> {
  await delay(1_000);
  restMs = REST_MS.waiting;
  await delay(ms - 2_000);
  restMs = REST_MS.busy;
  await delay(1_000);
}

/** A fault under load: the load runs before, during and for a while after it; then everything must come to rest. */
async function underLoad(name: string, fault: () => Promise<void>): Promise<void> {
  let over = false;
  const load = runLoad({
    urls: apis.map((api) => api.url),
    wallets,
    requests: 1_000_000,
    connections: 16,
    random: randomFrom(history.length + 1),
    name,
    until: () => over,
    restMs: () => restMs,
  });
  await delay(1_000);
  try {
    await fault();
    await delay(1_000);
  } finally {
    over = true;
    history.push(...(await load));
  }
  await untilDrained(database, HEALED_MS);
  await expectFaithfulHistory(database, history);
}

const FAULTS: Record<string, () => Promise<void>> = {
  'kill -9 of a worker': async () => {
    await workers[0]!.kill();
    await pass(3_000);
    workers[0] = await cluster.startWorker();
  },
  'kill -9 of an API': async () => {
    const { port } = new URL(apis[0]!.url);
    await apis[0]!.kill();
    apis[0] = await cluster.startApi(Number(port));
  },
  FLUSHALL: async () => {
    for (let times = 0; times < 5; times += 1) {
      await sendToRedis(ports.redis, 'FLUSHALL');
      await delay(200);
    }
  },
  'Redis away for 15 s, back empty': async () => {
    await redis.stop();
    await pass(15_000);
    redis = await launchRedis();
  },
  'a worker under SIGSTOP for 20 s': async () => {
    workers[1]!.child.process.kill('SIGSTOP');
    await pass(20_000);
    workers[1]!.child.process.kill('SIGCONT');
  },
  'Postgres crashing and restarting': async () => {
    await postgres.process.stop('SIGQUIT', 5_000);
    await delay(1_000);
    postgres = await launchPostgres();
  },
};

it.each(Object.entries(FAULTS))(
  'nothing is lost or applied twice: %s',
  async (name, fault) => {
    await underLoad(name.replace(/\W+/g, '-'), fault);
  },
  150_000,
);

it('every process still stops when it is asked to', async () => {
  const codes = await Promise.all([...apis, ...workers].map((each) => each.stop()));
  expect(codes).toEqual([0, 0, 0, 0]);
});
