import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  booleanSetting,
  numberSetting,
  processesSetting,
  readSettings,
  sharedSettings,
} from '@wallet/shared/process/config';
import { ConfigError } from '@wallet/shared/words/config-error';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { createPool } from '@wallet/shared/database/pool';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { type Logger, createLogger } from '@wallet/shared/process/logger';
import { readRedisAddress } from '@wallet/shared/process/redis-settings';
import { createDoorbell } from '@wallet/shared/queue/doorbell';
import type { RedisAddress } from '@wallet/shared/queue/redis-address';
import { readOptions } from '@wallet/shared/process/read-options';
import { READY } from '@wallet/shared/process/process-messages';
import { type Running, runProcess } from '@wallet/shared/process/run-process';
import { seedDatabase } from '@wallet/shared/process/seed-data';
import { z } from 'zod';
import { type Child, startChild } from './child.ts';
import { checkPort } from './check-port.ts';
import { keepKey, lockFolder } from './claim-data-folder.ts';
import { startPostgres, urlFor } from './embedded-postgres.ts';
import { type RedisServer, redisServerSetting, startRedis } from './embedded-redis.ts';
import { MIGRATIONS_FOLDER, PROJECT_ROOT, RUN_SOURCE } from './project.ts';

const HELP = `npm start

Runs everything on one machine: Postgres and Redis, which are those of DATABASE_URL and REDIS_URL or private ones that it starts;
then migrations, example data, an API on PORT (8000) and a worker, which are API_PROCESSES and WORKER_PROCESSES processes (1 each).
What the private ones keep is in DATA_DIR (.data).
docs/configuration.md lists the settings. Ctrl-C stops everything. Exit status 2 if it cannot start.

  --watch   starts the API and the worker again whenever their sources change, as npm run dev does`;

const OPTIONS = { watch: { type: 'boolean', default: false } } as const;
const READY_MS = 30_000;
/** How long an API or a worker may take to stop before it is killed. */
const STOP_MS = 6_000;
/** Connections to our own Postgres: those that do not depend on the number of processes, and those of each process. */
const CONNECTIONS = { others: 160, process: 20 };

await runProcess({
  help: HELP,
  failed: 'Not everything could start',
  read: (args) => readOptions('npm start', args, { options: OPTIONS }).values,
  start,
});

async function start({ watch }: { watch: boolean }): Promise<{ log: Logger; running: Running }> {
  const settings = readStartSettings(process.env);
  const log = createLogger({ process: 'start', level: settings.logLevel, pretty: settings.logPretty });
  const stops: (() => Promise<unknown>)[] = [];
  const running = {
    async stop() {
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
  try {
    await checkPort(settings.host, settings.port);
    const unlock = lockFolder(settings.dataDir);
    stops.push(unlock);
    const { databaseUrl, redis, servers, notes } = await startServers(settings, stops);
    // On our own server each process has its own user; a given DATABASE_URL decides that itself.
    const urlOf = (role: 'api' | 'worker'): string => settings.databaseUrl ?? urlFor(role, databaseUrl);
    await migrateDatabase(databaseUrl, MIGRATIONS_FOLDER, settings.partitions);
    await seed(urlOf('api'), redis, settings);
    const env = {
      ...process.env,
      PORT: String(settings.port),
      REDIS_URL: redis.url,
      // Our own server has no standby.
      ...(settings.databaseUrl === undefined && { SYNCHRONOUS_STANDBY: process.env['SYNCHRONOUS_STANDBY'] ?? 'none' }),
      LOG_LEVEL: settings.logLevel,
      LOG_PRETTY: String(settings.logPretty),
      WEBHOOK_KEY: process.env['WEBHOOK_KEY'] ?? keepKey(settings.dataDir),
      WEBHOOK_ALLOW_PRIVATE: process.env['WEBHOOK_ALLOW_PRIVATE'] ?? 'true',
    };
    const processes = (['api', 'worker'] as const).map((name) =>
      startProcess(name, { ...env, DATABASE_URL: urlOf(name) }, watch),
    );
    stops.push(() => Promise.all(processes.map((child) => child.stop('SIGTERM', STOP_MS))));
    // Under --watch the processes are children of a watcher, and restart repeatedly.
    if (!watch) await waitUntilReady(processes);
    for (const child of [...servers, ...processes]) {
      void child.ended.then((code) => {
        // A process that ends unasked takes everything down with it, so that there is never half a service.
        if (stops.length > 0) process.emit('uncaughtException', new Error(`a process ended with code ${code}`));
      });
    }
    greet(settings, databaseUrl, redis.url, notes);
    return { log, running };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

interface StartSettings {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly redis: RedisAddress | undefined;
  readonly redisServer: RedisServer;
  readonly queuePrefix: string;
  readonly partitions: number | undefined;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly logPretty: boolean;
  /** How many processes of the service connect to the database. */
  readonly processes: number;
}

function readStartSettings(env: NodeJS.ProcessEnv): StartSettings {
  const settings = readSettings(
    {
      ...sharedSettings,
      DATABASE_URL: sharedSettings.DATABASE_URL.optional(),
      REDIS_URL: sharedSettings.REDIS_URL.optional(),
      LOG_PRETTY: booleanSetting(process.stdout.isTTY),
      REDIS_SERVER: redisServerSetting,
      DATA_DIR: z.string().default(join(PROJECT_ROOT, '.data')),
      PORT: numberSetting(1, 65_535).default(8000),
      HOST: z.string().default('127.0.0.1'),
      NODE_ENV: z.string().optional(),
      API_PROCESSES: processesSetting(),
      WORKER_PROCESSES: processesSetting(),
    },
    env,
  );
  const { REDIS_URL } = settings;
  if (settings.NODE_ENV === 'production' && !(settings.DATABASE_URL && REDIS_URL)) {
    throw new ConfigError(
      'NODE_ENV is production: set DATABASE_URL and REDIS_URL, the embedded servers are for trials only.',
    );
  }
  return {
    dataDir: settings.DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    redis: REDIS_URL === undefined ? undefined : readRedisAddress({ ...settings, REDIS_URL }),
    redisServer: settings.REDIS_SERVER,
    queuePrefix: settings.QUEUE_PREFIX,
    partitions: settings.PARTITIONS,
    host: settings.HOST,
    port: settings.PORT,
    logLevel: settings.LOG_LEVEL,
    logPretty: settings.LOG_PRETTY,
    processes: settings.API_PROCESSES + settings.WORKER_PROCESSES,
  };
}

async function startServers(
  settings: StartSettings,
  stops: (() => Promise<unknown>)[],
): Promise<{ databaseUrl: string; redis: RedisAddress; servers: Child[]; notes: readonly string[] }> {
  const where = { dataDir: settings.dataDir, path: process.env['PATH'] ?? '' };
  const max_connections = String(CONNECTIONS.others + CONNECTIONS.process * settings.processes);
  const [postgres, redis] = await Promise.allSettled([
    settings.databaseUrl === undefined ? startPostgres({ ...where, settings: { max_connections } }) : null,
    settings.redis === undefined ? startRedis({ ...where, server: settings.redisServer }) : null,
  ]);
  for (const server of [postgres, redis]) {
    if (server.status === 'fulfilled' && server.value) {
      const { value } = server;
      stops.push(() => value.stop());
    }
  }
  if (postgres.status === 'rejected') throw postgres.reason;
  if (redis.status === 'rejected') throw redis.reason;
  const databaseUrl = settings.databaseUrl ?? postgres.value?.url;
  const address = settings.redis ?? redis.value;
  if (databaseUrl === undefined || !address) throw new Error('a server has no address');
  const servers = [postgres.value?.process, redis.value?.process].filter((child) => child !== undefined);
  return { databaseUrl, redis: address, servers, notes: postgres.value?.notes ?? [] };
}

async function seed(databaseUrl: string, redis: RedisAddress, settings: StartSettings): Promise<void> {
  const database = createPool({
    url: databaseUrl,
    name: 'wallet-seed',
    size: 1,
    writes: true,
    onError: () => undefined,
  });
  const doorbell = createDoorbell({ ...redis, prefix: settings.queuePrefix, onError: () => undefined });
  try {
    await seedDatabase(database, doorbell, await readPartitions(database, settings.partitions));
  } finally {
    doorbell.close();
    await database.end();
  }
}

function startProcess(name: string, env: NodeJS.ProcessEnv, watching: boolean): Child {
  // Folders, because the watch on a file is lost when an editor replaces it.
  const folders = ['shared/src', `${name}/src`].map((folder) => `--watch-path=${join(PROJECT_ROOT, folder)}`);
  const watch = watching ? ['--watch', '--watch-preserve-output', ...folders] : [];
  const command = [process.execPath, ...watch, ...RUN_SOURCE, join(PROJECT_ROOT, name, 'src/main.ts')];
  return startChild(command, { env, cwd: PROJECT_ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
}

/** @throws ConfigError if one ends before it is ready; it has reported why. */
async function waitUntilReady(processes: readonly Child[]): Promise<void> {
  const ready = Promise.all(processes.map((child) => child.said(READY)));
  const ended = Promise.race(processes.map((child) => child.ended));
  const late = delay(READY_MS, 'late' as const, { ref: false });
  const first = await Promise.race([ready.then(() => 'ready' as const), ended.then(() => 'ended' as const), late]);
  if (first === 'ended') throw new ConfigError('A process ended at start; its message is above.');
  if (first === 'late') throw new ConfigError(`Not everything was ready after ${READY_MS / 1000} s.`);
}

function greet(settings: StartSettings, databaseUrl: string, redisUrl: string, notes: readonly string[]): void {
  const url = `http://127.0.0.1:${settings.port}`;
  const embedded = settings.databaseUrl === undefined;
  const wallet = 'a11ce000-0000-4000-8002-000000000004';
  process.stdout.write(`
  API       ${url}  (also under ${url}/api/v1)
  Health    ${url}/health
  Postgres  ${embedded ? databaseUrl : 'that of DATABASE_URL'}
  Redis     ${settings.redis === undefined ? redisUrl : 'that of REDIS_URL'}
  Data      ${embedded ? resolve(settings.dataDir) : 'that of DATABASE_URL'}
${notes.map((note) => `\n  ${note}\n`).join('')}
  Try it: credit Alice's USD wallet and wait for the result

    curl -s -X POST ${url}/wallets/${wallet}/operation -H 'Content-Type: application/json' -H 'Prefer: wait=5' -d '{"operation_type":"DEPOSIT","amount":"25.00"}'

  Ctrl-C stops everything; the data stays.

`);
}
