import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type EmbeddedRedis, type RedisServer, readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { findPostgresFolders } from '@wallet/local/find-program';
import { type Child, startChild } from '@wallet/local/child';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { dieWithParent } from '@wallet/local/server-user';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { ConfigError } from '@wallet/shared/words/config-error';
import { type Database, createDatabase, createPool } from '@wallet/shared/database/pool';
import type { Stops } from './stops.ts';

/** Postgres and Redis servers of its own, in a folder that is deleted with them. */
export interface Servers {
  readonly folder: string;
  readonly path: string;
  readonly postgres: EmbeddedPostgres;
  readonly redis: EmbeddedRedis;
  /** The server's own database, for what concerns the whole of it. */
  readonly admin: Database;
  readonly stops: Stops;
  /** The node binary that runs every contender. */
  readonly node: string;
}

interface ServersSetup {
  /**
   * `native` and `packaged` apply to both Postgres and Redis; `auto` prefers the machine's own. By default, Postgres is
   * `auto` and Redis what `REDIS_SERVER` says.
   */
  readonly server?: RedisServer | null;
  readonly node?: string | null;
  /** Serves the data in this folder, and keeps it; without it, data is created and deleted with the servers. */
  readonly dataDir?: string;
}

const MOST_BUFFERS_MB = 4_096;
const READY_MS = 30_000;
const STOP_MS = 10_000;

/**
 * The settings of a production server of this size: memory, and checkpoints so far apart that none falls into a run of
 * only one contender. The rest are defaults: every COMMIT waits for the disk. The time of each commit is kept, which
 * tells to the microsecond when an operation was applied.
 */
export const SETTINGS = {
  shared_buffers: `${Math.min(MOST_BUFFERS_MB, Math.floor(totalmem() / 4 / 1024 / 1024))}MB`,
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  maintenance_work_mem: '256MB',
  track_commit_timestamp: 'on',
};

/** @throws ConfigError if `native` servers are requested and the machine has none. */
export async function startServers(stops: Stops, setup: ServersSetup = {}): Promise<Servers> {
  const folder = setup.dataDir ?? makeFolder(stops);
  const path = process.env['PATH'] ?? '';
  const packaged = setup.server === 'packaged';
  const postgres = await startPostgres({ dataDir: folder, path, settings: SETTINGS, packaged });
  // Immediately: a checkpoint of data that nothing needs could take longer than the measurement.
  stops.add(() => (setup.dataDir === undefined ? postgres.process.stop('SIGQUIT', STOP_MS) : stopKept(postgres)));
  if (setup.server === 'native' && kindOfPostgres(postgres, path) !== 'native')
    throw new ConfigError('This machine has no Postgres that can be used: install one, or leave out --servers native.');
  const redis = await startRedis({ dataDir: folder, path, server: setup.server ?? readRedisServer(process.env) });
  stops.add(() => redis.stop());
  const admin = connect(urlOf(postgres, 'postgres'), 1);
  stops.add(() => admin.end());
  return { folder, path, postgres, redis, admin, stops, node: setup.node ?? process.execPath };
}

/** A folder that is deleted with the servers. */
export function makeFolder(stops: Stops): string {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-bench-'));
  stops.add(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Its last checkpoint may have gigabytes to write. */
const KEPT_STOP_MS = 600_000;

/** Stops a server whose data is kept, so that its next start has nothing to recover. */
export async function stopKept({ process: server }: EmbeddedPostgres): Promise<void> {
  await server.stop('SIGINT', KEPT_STOP_MS);
}

/** Whether each server is the machine's own, or that of the npm package. */
export function kindsOf({ path, postgres, redis }: Pick<Servers, 'path' | 'postgres' | 'redis'>): ServerKinds {
  return { postgres: kindOfPostgres(postgres, path), redis: isAbsolute(redis.name) ? 'native' : 'packaged' };
}

type ServerKind = 'native' | 'packaged';

export interface ServerKinds {
  readonly postgres: ServerKind;
  readonly redis: ServerKind;
}

function kindOfPostgres({ name }: EmbeddedPostgres, path: string): ServerKind {
  return findPostgresFolders(path).includes(dirname(name)) ? 'native' : 'packaged';
}

/** A pool whose statements have no time limit. */
export function connect(url: string, size = 2): Database {
  return createPool({ url, name: 'bench', size, statementMs: 0, onError: () => undefined, settings: { jit: 'off' } });
}

export interface FreshDatabase {
  readonly name: string;
  readonly url: string;
  readonly pool: Database;
  /**
   * Closes the pool. The data stays until its server stops: dropping it would force a checkpoint on the next contender.
   */
  close(): Promise<void>;
}

/** An empty database; with `partitions`, one with the service's schema for that many. */
export async function makeDatabase(servers: Servers, partitions?: number): Promise<FreshDatabase> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  const url = urlOf(servers.postgres, name);
  await createDatabase(urlOf(servers.postgres, 'postgres'), name);
  if (partitions !== undefined) await migrateDatabase(url, MIGRATIONS_FOLDER, partitions);
  const pool = connect(url);
  return { name, url, pool, close: servers.stops.add(() => pool.end()) };
}

/** The default database of a server. */
export function openDatabase({ postgres, stops }: Pick<Servers, 'postgres' | 'stops'>): FreshDatabase {
  const pool = connect(postgres.url);
  const name = new URL(postgres.url).pathname.slice(1);
  return { name, url: postgres.url, pool, close: stops.add(() => pool.end()) };
}

function urlOf(postgres: EmbeddedPostgres, database: string): string {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  return url.href;
}

/** The Node options of the API's image; every process that speaks HTTP here gets the same. */
export const HTTP_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--no-allocation-site-pretenuring'];

/**
 * Starts a built program of this project as in production. Resolves when it reports that it is ready.
 * @throws Error if it ends before, or is not ready in time.
 */
export async function startBuilt(
  { node, path, stops }: Pick<Servers, 'node' | 'path' | 'stops'>,
  script: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  readyMs = READY_MS,
): Promise<Child & { readonly stopNow: () => Promise<void> }> {
  // A stopped process (SIGSTOP) would not notice by itself that this one was killed.
  const child = startChild([...dieWithParent(path, 'KILL'), node, ...flags, resolve(PROJECT_ROOT, script)], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
  });
  const stopNow = stops.add(() => child.stop('SIGTERM', STOP_MS));
  let late: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'late'>((resolve) => (late = setTimeout(resolve, readyMs, 'late')));
  const first = await Promise.race([child.said('ready'), child.ended, tooLate]);
  clearTimeout(late);
  if (first !== undefined)
    throw new Error(`${script} did not start: ${first === 'late' ? 'not ready in time' : 'it ended'}`);
  return Object.assign(child, { stopNow });
}

/** Settings for one of the processes: `BENCH_API_…` and `BENCH_WORKER_…` of this process's environment. */
export function settingsFor(name: 'api' | 'worker'): Record<string, string> {
  const prefix = `BENCH_${name.toUpperCase()}_`;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      key.startsWith(prefix) && value !== undefined ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}
