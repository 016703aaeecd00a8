import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { type Database, createPool } from '@wallet/shared/database/pool';

const READY_MS = 20_000;

/** Which Postgres of the machine to use. */
export interface PostgresServer {
  readonly path: string;
  readonly packaged?: boolean;
}

/** A primary and a standby that streams from it. */
export interface StandbyPair {
  readonly primary: EmbeddedPostgres;
  readonly standby: EmbeddedPostgres;
  /** The superuser's address that names both, the current primary first. */
  readonly url: string;
  /** Resolves when the standby has replayed what the primary has committed. */
  caughtUp(): Promise<void>;
  /** From now on the standby receives nothing: later commits of the primary are missing there. */
  leavePrimary(): Promise<void>;
  /** Stops the primary, like a lost machine, and promotes the standby. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

const HERE: PostgresServer = { path: process.env['PATH'] ?? '' };

/** Starts both in `folder`, on data that is copied while nothing runs: pg_basebackup is not needed. */
export async function startStandbyPair(
  folder: string,
  { isSynchronous = false, server = HERE } = {},
): Promise<StandbyPair> {
  const [first, second] = ['first', 'second'].map((name) => join(folder, name)) as [string, string];
  const ports = [await findFreePort(), await findFreePort()];
  const start = (dataDir: string, port: number | undefined, more: Record<string, string>): Promise<EmbeddedPostgres> =>
    startPostgres({ dataDir, ...server, port: port ?? 0, settings: { fsync: 'off', ...more } });
  await (await start(first, ports[0], {})).stop();
  mkdirSync(second);
  for (const name of ['postgres', 'postgres.password'])
    execFileSync('cp', ['-a', join(first, name), join(second, name)]);
  writeFileSync(join(second, 'postgres', 'standby.signal'), '');
  const primary = await start(first, ports[0], {});
  const { password } = new URL(primary.url);
  const conninfo = `host=127.0.0.1 port=${ports[0]} user=postgres password=${password} application_name=standby`;
  // Where it can be changed while the standby runs.
  appendFileSync(join(second, 'postgres', 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  const standby = await start(second, ports[1], { hot_standby: 'on' });
  if (isSynchronous)
    await withPool(primary.url, async (pool) => {
      // Only now: each start creates roles, which would wait for the standby.
      await pool.query(`ALTER SYSTEM SET synchronous_standby_names = 'standby'`);
      await pool.query('SELECT pg_reload_conf()');
    });
  return {
    primary,
    standby,
    url: withHosts(primary.url, ports),
    caughtUp: () => untilCaughtUp(primary.url, standby.url),
    leavePrimary: () =>
      withPool(standby.url, async (pool) => {
        await pool.query(`ALTER SYSTEM SET primary_conninfo = ''`);
        await pool.query('SELECT pg_reload_conf()');
        await until(pool, 'NOT EXISTS (SELECT FROM pg_stat_wal_receiver)');
      }),
    async failOver() {
      await primary.process.stop('SIGQUIT', READY_MS);
      await withPool(standby.url, (pool) => pool.query('SELECT pg_promote()'));
    },
    async stop() {
      await Promise.all([primary.stop(), standby.stop()]);
    },
  };
}

/** The address of the same database on several hosts. */
function withHosts(url: string, ports: readonly number[]): string {
  const { host } = new URL(url);
  return url.replace(host, ports.map((port) => `127.0.0.1:${port}`).join(','));
}

async function untilCaughtUp(primary: string, standby: string): Promise<void> {
  const { lsn } = await withPool(primary, (pool) => readRow(pool, 'SELECT pg_current_wal_flush_lsn()::text AS lsn'));
  await withPool(standby, (pool) => until(pool, `pg_last_wal_replay_lsn() >= '${lsn}'::pg_lsn`));
}

async function until(pool: Database, condition: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while ((await readRow(pool, `SELECT (${condition})::text AS holds`))['holds'] !== 'true') {
    if (Date.now() > deadline) throw new Error(`not so in time: ${condition}`);
    await delay(20);
  }
}

async function readRow(pool: Database, text: string): Promise<Record<string, string>> {
  const { rows } = await pool.query<Record<string, string>>(text);
  return rows[0] ?? {};
}

async function withPool<Result>(url: string, work: (pool: Database) => Promise<Result>): Promise<Result> {
  const pool = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  return work(pool).finally(() => pool.end());
}
