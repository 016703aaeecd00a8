import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@wallet/local/child';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { findPrograms } from '@wallet/local/find-program';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import { createPool } from '@wallet/shared/database/pool';
import type { Host } from './network.ts';

/** A primary and a synchronous standby on their own hosts, and an operator's actions on them. */
export interface PostgresPair {
  /** The superuser's address that names both. */
  readonly url: string;
  /** From now on the primary waits for its standby before it commits; or no longer. */
  setSynchronous(primary: Host, isSynchronous: boolean): Promise<void>;
  /** Makes sure that the server is down, as an operator does before another takes over. */
  fence(host: Host): Promise<void>;
  promote(standby: Host): Promise<void>;
  /** Makes a server that is down the standby of the primary, on a copy of its data, and waits until it has caught up. */
  rebuild(host: Host, primary: Host): Promise<void>;
  untilStreaming(primary: Host): Promise<void>;
}

/** The settings for a new standby. */
export const [PG_BASEBACKUP] = findPrograms(process.env['PATH'] ?? '', 'pg_basebackup');

const HOST_PROGRAM = fileURLToPath(new URL('postgres-host.ts', import.meta.url));
const READY_MS = 40_000;

export async function startPostgresPair(folder: string, first: Host, second: Host): Promise<PostgresPair> {
  const servers = new Map<Host, Child>();
  const homeOf = (host: Host): string => join(folder, host.name);
  const dataOf = (host: Host): string => join(homeOf(host), 'postgres');
  const path = process.env['PATH'] ?? '';
  mkdirSync(homeOf(first));
  const made = await startPostgres({ dataDir: homeOf(first), path, settings: { fsync: 'off' } });
  await made.stop();
  const rules = ['all', 'replication'].map((what) => `host ${what} all samenet scram-sha-256\n`);
  appendFileSync(join(dataOf(first), 'pg_hba.conf'), rules.join(''));
  const password = readFileSync(join(homeOf(first), 'postgres.password'), 'utf8').trim();
  const urlOf = (...hosts: Host[]): string =>
    `postgres://postgres:${password}@${hosts.map(({ address }) => `${address}:5432`).join(',')}/wallet`;
  execFileSync('cp', ['-a', homeOf(first), homeOf(second)]);

  async function start(host: Host): Promise<void> {
    const command = [...host.prefix, process.execPath, ...RUN_SOURCE, HOST_PROGRAM, homeOf(host)];
    const child = startChild(command, { cwd: PROJECT_ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    servers.set(host, child);
    const state = await Promise.race([child.said('ready'), child.ended, delay(READY_MS, 'late', { ref: false })]);
    if (state !== undefined) throw new Error(`Postgres on ${host.name} does not start: ${state}`);
  }

  function follow(host: Host, primary: Host): void {
    const conninfo = `host=${primary.address} port=5432 user=postgres password=${password} application_name=standby`;
    writeFileSync(join(dataOf(host), 'standby.signal'), '');
    appendFileSync(join(dataOf(host), 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  }

  follow(second, first);
  await start(first);
  await start(second);
  const pair: PostgresPair = {
    url: urlOf(first, second),
    async setSynchronous(primary, isSynchronous) {
      await query(urlOf(primary), `ALTER SYSTEM SET synchronous_standby_names = '${isSynchronous ? 'standby' : ''}'`);
      await query(urlOf(primary), 'SELECT pg_reload_conf()');
    },
    async fence(host) {
      // The server of a host program that dies is asked to end at once.
      await servers.get(host)?.stop('SIGTERM', READY_MS);
    },
    async promote(standby) {
      await query(urlOf(standby), 'SELECT pg_promote()');
    },
    async rebuild(host, primary) {
      rmSync(dataOf(host), { recursive: true });
      const copy = ['-h', primary.address, '-U', 'postgres', '-D', dataOf(host), '--checkpoint=fast'];
      execFileSync('ip', ['netns', 'exec', host.name, PG_BASEBACKUP ?? '', ...copy], {
        env: { PATH: path, PGPASSWORD: password },
        stdio: 'ignore',
      });
      follow(host, primary);
      await start(host);
      await pair.untilStreaming(primary);
    },
    async untilStreaming(primary) {
      const deadline = performance.now() + READY_MS;
      while ((await query(urlOf(primary), `SELECT FROM pg_stat_replication WHERE state = 'streaming'`)) === 0) {
        if (performance.now() > deadline) throw new Error(`nothing follows ${primary.name}`);
        await delay(100);
      }
    },
  };
  await pair.untilStreaming(first);
  return pair;
}

/** An operator's query on one server; it may wait. @returns the number of rows. */
async function query(url: string, text: string): Promise<number> {
  const pool = createPool({ url, name: 'operator', size: 1, statementMs: 30_000, onError: () => undefined });
  const { rowCount } = await pool.query(text).finally(() => pool.end());
  return rowCount ?? 0;
}
