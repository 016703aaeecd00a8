import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type EmbeddedRedis, readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { type Child, startChild } from '@wallet/local/child';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createDatabase, createPool } from '@wallet/shared/database/pool';
import type { Stops } from './stops.ts';

/** A Postgres and a Redis of their own, in a folder that goes with them. */
export interface Servers {
  readonly folder: string;
  readonly path: string;
  readonly postgres: EmbeddedPostgres;
  readonly redis: EmbeddedRedis;
  /** The server's own database, for what concerns the whole of it. */
  readonly admin: Database;
  readonly stops: Stops;
}

const MOST_BUFFERS_MB = 4_096;
const READY_MS = 30_000;
const STOP_MS = 10_000;

/**
 * What a production server of this size has: memory, and checkpoints so far apart that none falls into a run of one contender
 * and not of the other. The rest is as it comes: every COMMIT waits for the disk. The time of each commit is kept, which tells
 * to the microsecond when an operation was applied.
 */
const SETTINGS = {
  shared_buffers: `${Math.min(MOST_BUFFERS_MB, Math.floor(totalmem() / 4 / 1024 / 1024))}MB`,
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  maintenance_work_mem: '256MB',
  track_commit_timestamp: 'on',
};

export async function startServers(stops: Stops): Promise<Servers> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-bench-'));
  stops.add(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = process.env['PATH'] ?? '';
  const postgres = await startPostgres({ dataDir: folder, path, settings: SETTINGS });
  // At once: a checkpoint of data that nobody wants any more could take longer than the measurement.
  stops.add(() => postgres.process.stop('SIGQUIT', STOP_MS));
  const redis = await startRedis({ dataDir: folder, path, server: readRedisServer(process.env) });
  stops.add(() => redis.stop());
  const admin = connect(urlOf(postgres, 'postgres'), 1);
  stops.add(() => admin.end());
  return { folder, path, postgres, redis, admin, stops };
}

/** A pool whose statements may take as long as they like. */
export function connect(url: string, size = 2): Database {
  return createPool({ url, name: 'bench', size, statementMs: 0, onError: () => undefined, settings: { jit: 'off' } });
}

export interface FreshDatabase {
  readonly name: string;
  readonly url: string;
  readonly pool: Database;
  /** Closes the pool. The data stays until its server goes: to drop it would force a checkpoint on who is measured next. */
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

function urlOf(postgres: EmbeddedPostgres, database: string): string {
  const url = new URL(postgres.url);
  url.pathname = `/${database}`;
  return url.href;
}

/** What the image of the API starts node with; every process that speaks HTTP here gets the same. */
export const HTTP_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=16', '--no-allocation-site-pretenuring'];

/**
 * Starts a built program of this project as it runs in production. Resolves when it says that it is ready.
 * @throws Error if it ends before, or is not ready in time.
 */
export async function startBuilt(
  stops: Stops,
  script: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  readyMs = READY_MS,
): Promise<Child & { readonly stopNow: () => Promise<void> }> {
  const child = startChild([process.execPath, ...flags, resolve(PROJECT_ROOT, script)], {
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
