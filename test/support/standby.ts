import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { findPrograms } from '@wallet/local/find-program';
import { type Database, createPool, databaseAnswers } from '@wallet/shared/database/pool';

const READY_MS = 20_000;
const STOP_MS = 10_000;

/** A server that recovers for good, as a standby whose primary is away does: its databases can only be read. */
export async function startStandby(dataDir: string): Promise<Pick<EmbeddedPostgres, 'url' | 'stop'>> {
  const primary = await startPostgres({ dataDir, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } });
  const command = primary.process.process.spawnargs;
  await primary.stop();
  const data = command[command.indexOf('-D') + 1] ?? join(dataDir, 'postgres');
  writeFileSync(join(data, 'standby.signal'), '');
  // The owner of the data runs the server.
  const { uid, gid } = statSync(data);
  const owner = process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {};
  const standby = startChild(command, { stdio: 'ignore', env: { LC_ALL: 'C', PATH: process.env['PATH'] }, ...owner });
  await until(() => databaseAnswers(primary.url));
  return {
    url: primary.url,
    stop: async () => {
      await standby.stop('SIGINT', STOP_MS);
    },
  };
}

/** The program that copies a primary; undefined where it is not installed: the package of npm has none. */
export const BASE_BACKUP = findPrograms(process.env['PATH'] ?? '', 'pg_basebackup').at(-1);

export interface StreamingStandby {
  /** As the superuser of the primary. */
  readonly url: string;
  /** Resolves when it has all that the primary has committed by now. */
  caughtUp(): Promise<void>;
  /** From now on it receives nothing: what the primary commits is missing here. */
  leavePrimary(): Promise<void>;
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** A standby that streams from a primary whose data is in `primaryDir`, asynchronously, with its own in `dataDir`. */
export async function addStandby(
  primary: EmbeddedPostgres,
  { primaryDir, dataDir }: { primaryDir: string; dataDir: string },
): Promise<StreamingStandby> {
  const { username, password, hostname, port } = new URL(primary.url);
  const source = `host=${hostname} port=${port} user=${username} password=${password}`;
  mkdirSync(dataDir, { mode: 0o700 });
  copyFileSync(join(primaryDir, 'postgres.password'), join(dataDir, 'postgres.password'));
  execFileSync(BASE_BACKUP!, ['-D', join(dataDir, 'postgres'), '-d', source, '-R', '-c', 'fast', '--no-sync']);
  const standby = await startPostgres({ dataDir, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } });
  const connect = (url: string): Database => createPool({ url, name: 'standby', size: 1, onError: () => undefined });
  const [here, there] = [connect(standby.url), connect(primary.url)];
  const isTrue = async (text: string, values: unknown[] = []): Promise<boolean> =>
    (await here.query<{ is: boolean }>(`SELECT ${text} AS is`, values)).rows[0]!.is;
  return {
    url: standby.url,
    async caughtUp() {
      const { rows } = await there.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
      await until(() => isTrue('pg_last_wal_replay_lsn() >= $1::pg_lsn', [rows[0]!.lsn]));
    },
    async leavePrimary() {
      await here.query(`ALTER SYSTEM SET primary_conninfo = ''`);
      await here.query('SELECT pg_reload_conf()');
      await until(() => isTrue('NOT EXISTS (SELECT FROM pg_stat_wal_receiver)'));
    },
    async promote() {
      await here.query('SELECT pg_promote()');
    },
    async stop() {
      await Promise.all([here.end(), there.end()]);
      await standby.stop();
    },
  };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the standby was not ready in time');
    await delay(30);
  }
}
