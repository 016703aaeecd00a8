import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type EmbeddedRedis, readRedisServer, startRedis } from '@wallet/local/embedded-redis';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { type SmallDisk, mountSmallDisk } from './disk.ts';

/** The Postgres and the Redis of a campaign, that can be treated badly. */
export interface Servers {
  readonly ports: { readonly postgres: number; readonly redis: number };
  readonly password: string;
  /** Past every proxy: what the campaign itself looks and reaches through. */
  readonly database: Database;
  /** Null where none can be mounted. */
  readonly disk: SmallDisk | null;
  /** A connection of its own, past every limit of time. */
  connect(): Database;
  postgresPid(): number;
  redisPid(): number;
  /** Ends Postgres as a crash would, and starts it again after `awayMs`. */
  crashPostgres(awayMs: number): Promise<void>;
  startPostgres(): Promise<void>;
  stopRedis(): Promise<void>;
  startRedis(): Promise<void>;
  stop(): Promise<void>;
}

/** So few that they can be used up. The service takes 40 at most. */
const SETTINGS = { fsync: 'off', max_connections: '70', max_wal_size: '128MB', autovacuum_naptime: '5s' };
const CRASH_MS = 5_000;

export async function startServers(folder: string): Promise<Servers> {
  const path = process.env['PATH'] ?? '';
  const server = readRedisServer(process.env);
  const dataDir = join(folder, 'postgres');
  const disk = mountSmallDisk(dataDir);
  const ports = { postgres: await findFreePort(), redis: await findFreePort() };
  const launchPostgres = (): Promise<EmbeddedPostgres> =>
    startPostgres({ dataDir, path, port: ports.postgres, settings: SETTINGS });
  const launchRedis = (): Promise<EmbeddedRedis> =>
    startRedis({ dataDir: join(folder, 'redis'), path, port: ports.redis, server });
  let postgres = await launchPostgres();
  let redis = await launchRedis();
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, undefined);
  const { url } = postgres;
  const connect = (): Database =>
    createPool({ url, name: 'chaos', size: 1, statementMs: 0, onError: () => undefined, settings: UNLIMITED });
  const database = createPool({ url, name: 'chaos', size: 3, statementMs: 30_000, onError: () => undefined });

  const servers: Servers = {
    ports,
    password: new URL(url).password,
    database,
    disk,
    connect,
    postgresPid: () => pidOf(postgres),
    redisPid: () => pidOf(redis),
    async crashPostgres(awayMs) {
      await postgres.process.stop('SIGQUIT', CRASH_MS);
      await new Promise((resolve) => setTimeout(resolve, awayMs));
      await servers.startPostgres();
    },
    async startPostgres() {
      if (postgres.process.process.exitCode === null && postgres.process.process.signalCode === null) return;
      postgres = await launchPostgres();
    },
    stopRedis: () => redis.stop(),
    async startRedis() {
      redis = await launchRedis();
    },
    async stop() {
      await database.end();
      for (const pid of [servers.postgresPid(), servers.redisPid()]) signal(pid, 'SIGCONT');
      await redis.stop();
      await postgres.stop();
      disk?.unmount();
    },
  };
  return servers;
}

const UNLIMITED = { idle_in_transaction_session_timeout: '0', lock_timeout: '0' };

function pidOf(server: EmbeddedPostgres | EmbeddedRedis): number {
  return server.process.process.pid ?? 0;
}

/** Also of a process that is gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone.
  }
}
