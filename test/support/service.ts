import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import type { AdmissionLimits } from '@wallet/api/admission/admission';
import { type RunningApi, startApi } from '@wallet/api/api';
import { urlFor } from '@wallet/local/embedded-postgres';
import { type Assets, loadAssets } from '@wallet/shared/database/assets';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { createHistory } from '@wallet/shared/database/replica';
import { PLANNERS } from '@wallet/shared/database/session';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { type Logger, createLogger } from '@wallet/shared/process/logger';
import { Registry } from '@wallet/shared/process/metrics';
import type { Tracing } from '@wallet/shared/process/tracing';
import type { RedisAddress } from '@wallet/shared/queue/redis-address';
import { type WalletWorker, startWorker } from '@wallet/worker/worker';
import { watchConformance } from './conformance.ts';
import { createTestDatabase, setDefaults } from './test-database.ts';
import type { WireTrap } from './wire-trap.ts';

/** A whole service inside the test's process, on its own database and queue. */
export interface Service {
  /** The address of the API. */
  readonly url: string;
  /** A pool for the test itself, to read rows. */
  readonly database: Database;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly partitions: number;
  readonly assets: Assets;
  /** The metrics of each worker, in the order in which they were started. */
  readonly workerRegistries: readonly Registry[];
  /** `limit` is the most operations in one transaction, in either lane. */
  startWorker(options?: { limit?: number }): void;
  /** Stops all workers, but not the API. */
  stopWorkers(): Promise<void>;
  /** Resolves when no operation is pending. */
  drained(): Promise<void>;
  /** Stops everything, and fails if an answer of the API did not match the document. */
  stop(): Promise<void>;
}

const DRAIN_MS = 20_000;
/** A slow test is not an overload. */
const UNLIMITED: AdmissionLimits = {
  pendingOperations: 1_000_000,
  pendingLines: 100_000_000,
  pendingAgeMs: 3_600_000,
  waitingRequests: 10_000,
  eventLoopMs: 60_000,
};

/**
 * Starts an API and, by default, a worker. `redisUrl` is for both, `apiRedisUrl` for the API alone: an address where
 * nothing answers makes them work without Redis. `redis` has settings beyond a URL. `webhooks: false` leaves out the
 * key that they need. `wire` is put between the API and its database. `admission` sets limits that are otherwise far
 * away. `defaults` are the default settings of sessions on the database. `target` is an existing database. `tracing` is
 * the exporter of both processes.
 */
export async function startService(
  options: {
    worker?: boolean;
    redisUrl?: string;
    redis?: RedisAddress;
    apiRedisUrl?: string;
    webhooks?: boolean;
    wire?: WireTrap;
    admission?: Partial<AdmissionLimits>;
    defaults?: Readonly<Record<string, string>>;
    target?: { databaseUrl: string; redisUrl: string; queuePrefix: string };
    tracing?: { readonly api: Tracing; readonly worker: Tracing };
    workerLog?: Logger;
  } = {},
): Promise<Service> {
  const target = {
    ...(options.target ?? (await createTestDatabase())),
    ...(options.redisUrl ? { redisUrl: options.redisUrl } : {}),
  };
  await setDefaults(target.databaseUrl, options.defaults ?? {});
  const log = createLogger({ process: 'test', level: 'silent', pretty: false });
  const connect = (name: string, url: string, settings: Readonly<Record<string, string>> = {}): Database =>
    createPool({ url, name, size: 5, settings, onError: () => undefined });
  const database = connect('test', target.databaseUrl);
  // A running process may do what its role may, and nothing else.
  const directUrl = urlFor('api', target.databaseUrl);
  const apiUrl = options.wire?.through(directUrl) ?? directUrl;
  // With JIT, Postgres compiled the query for a client's wallets for 901 ms on a busy machine. Without, it takes 0.6 ms.
  const apiPool = connect('api', apiUrl, PLANNERS.api);
  const acceptPool = connect('api', apiUrl, PLANNERS.api);
  const workerPool = connect('worker', urlFor('worker', target.databaseUrl));
  const partitions = await readPartitions(database, undefined);
  const assets = await loadAssets(database);
  const config = {
    databaseUrl: target.databaseUrl,
    redis: options.redis ?? { url: target.redisUrl },
    queuePrefix: target.queuePrefix,
    processes: 1,
    synchronousStandby: 'none' as const,
    ...{
      logLevel: 'silent',
      logPretty: false,
      partitions,
      host: '127.0.0.1',
      allowAnonymous: false,
      migrationWaitMs: 0,
    },
    webhookKey: options.webhooks === false ? undefined : randomBytes(32),
    webhookAllowPrivate: true,
    retention: {},
  };
  const api: RunningApi = await startApi(
    {
      ...config,
      databaseUrl: apiUrl,
      readDatabaseUrl: undefined,
      ...(options.apiRedisUrl ? { redis: { url: options.apiRedisUrl } } : {}),
      port: 0,
      connections: { reading: 5, storing: 5 },
      admission: { ...UNLIMITED, ...options.admission },
      maxConnections: 1_000,
      metrics: true,
      spoolFolder: tmpdir(),
    },
    {
      database: apiPool,
      storing: acceptPool,
      history: createHistory(apiPool, null, () => undefined),
      partitions,
      registry: new Registry(),
      tracing: options.tracing?.api ?? null,
      log,
    },
  );
  const conformance = watchConformance(api.port);
  const workers: WalletWorker[] = [];
  const workerRegistries: Registry[] = [];
  const service: Service = {
    ...target,
    url: `http://127.0.0.1:${api.port}`,
    database,
    partitions,
    assets,
    workerRegistries,
    startWorker({ limit = 500 } = {}) {
      const limits = { batchLimit: limit, bulkLimit: limit, transactions: 1, bulkTransactions: 2 };
      const settings = { ...config, ...limits, healthPort: undefined };
      const registry = new Registry();
      workerRegistries.push(registry);
      const dependencies = {
        ...{ database: workerPool, webhookDatabase: workerPool, partitions, assets, registry },
        ...{ tracing: options.tracing?.worker ?? null, log: options.workerLog ?? log },
      };
      workers.push(startWorker(settings, dependencies));
    },
    async stopWorkers() {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    },
    drained: () => untilDrained(database, DRAIN_MS),
    async stop() {
      await Promise.all([api.stop(), ...workers.map((worker) => worker.stop())]);
      await Promise.all([database, apiPool, acceptPool, workerPool].map((pool) => pool.end()));
      expect(conformance.stop()).toEqual([]);
    },
  };
  if (options.worker !== false) service.startWorker();
  return service;
}

/** Resolves when no operation is pending. @throws Error if some still are after `ms`. */
export async function untilDrained(database: Database, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  for (;;) {
    const left = await countPending(database).catch(() => null);
    if (left === 0) return;
    if (Date.now() > deadline) throw new Error(`${left ?? 'unknown'} operations are still pending after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function countPending(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT ((SELECT count(*) FROM pending_operations) + (SELECT count(*) FROM batch_parts WHERE open))::int AS count`,
  );
  return rows[0]?.count ?? 0;
}
