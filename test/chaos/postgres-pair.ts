import { execFile } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Database } from '@wallet/shared/database/pool';
import { type PostgresHost, makePostgresHost } from './postgres-host.ts';

/** A primary and its synchronous standby, with all that an operator does to them. */
export interface PostgresPair {
  readonly hosts: readonly [PostgresHost, PostgresHost];
  primary(): PostgresHost;
  standby(): PostgresHost;
  /** When a standby was promoted. */
  readonly promotions: readonly number[];
  /** Makes the standby the primary, whose commits wait for no other. The primary before has to be gone. */
  promote(): Promise<void>;
  /** Makes a standby of a copy of the primary, in the place of the server that has gone, and waits for it. */
  rebuild(): Promise<void>;
  /** From now on the standby receives nothing, until it is built again. */
  cutOff(): Promise<void>;
  /** From now on commits do not wait for the standby. */
  stopWaiting(): Promise<void>;
  /** Resolves when the standby has all that was acknowledged, and every commit waits for it. */
  untilSynchronous(): Promise<void>;
}

const NAME = 'standby';
const PATIENCE_MS = 60_000;
/** What a server adds to its configuration by itself; the file goes with the data from one to the other. */
const OWN_SETTINGS = /^(?!primary_conninfo|synchronous_standby_names).*$/gm;

export async function startPostgresPair(folder: string): Promise<PostgresPair> {
  const [first, second] = await Promise.all(['first', 'second'].map((name) => makePostgresHost(join(folder, name))));
  if (first === undefined || second === undefined) throw new Error('a pair is two');
  let [primary, standby] = [first, second];
  const promotions: number[] = [];
  const pair: PostgresPair = {
    hosts: [first, second],
    promotions,
    primary: () => primary,
    standby: () => standby,
    async promote() {
      promotions.push(performance.now());
      // Before it takes writes: no standby is there to confirm them yet.
      await setSynchronous(standby, false);
      await ask(standby, 'SELECT pg_promote()');
      [primary, standby] = [standby, primary];
    },
    async rebuild() {
      await copyTo(primary, standby);
      await standby.start();
      await pair.untilSynchronous();
    },
    async cutOff() {
      await ask(standby, `ALTER SYSTEM SET primary_conninfo = ''`, 'SELECT pg_reload_conf()');
      await until(standby, 'NOT EXISTS (SELECT FROM pg_stat_wal_receiver)');
    },
    stopWaiting: () => setSynchronous(primary, false),
    async untilSynchronous() {
      await until(primary, `EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')`);
      await setSynchronous(primary, true);
      const { now } = await ask(primary, 'SELECT pg_current_wal_flush_lsn()::text AS now');
      await until(
        primary,
        `EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= '${now}')`,
      );
    },
  };
  await primary.start();
  await pair.rebuild();
  return pair;
}

/** Resolves when the server has heard of it: the checkpointer alone makes sessions wait for a standby, or not. */
async function setSynchronous(host: PostgresHost, isSynchronous: boolean): Promise<void> {
  const name = isSynchronous ? NAME : '';
  await ask(host, `ALTER SYSTEM SET synchronous_standby_names = '${name}'`, 'SELECT pg_reload_conf()');
  await until(host, `current_setting('synchronous_standby_names') = '${name}'`);
  await delay(SETTLED_MS);
  if (isSynchronous) await ask(host, 'CHECKPOINT');
}

const SETTLED_MS = 200;

/** Copies the data of a server that runs, as its documentation has it for those without pg_basebackup. */
async function copyTo(from: PostgresHost, to: PostgresHost): Promise<void> {
  rmSync(to.data, { recursive: true, force: true });
  mkdirSync(to.data, { mode: 0o700 });
  const { uid, gid } = statSync(from.data);
  chownSync(to.data, uid, gid);
  const session = from.connect();
  const client = await session.connect();
  try {
    await client.query(`SELECT pg_backup_start('chaos', true)`);
    await run('cp', ['-p', join(from.folder, 'postgres.password'), to.folder]);
    // Files that change or go while they are read are repaired from the log, which the standby gets from the primary.
    const read = `tar -C '${from.data}' -c --exclude='./pg_wal/*' --exclude=./postmaster.pid --warning=no-file-changed .`;
    await run('sh', ['-c', `(${read} || [ $? -eq 1 ]) | tar -C '${to.data}' -xp`]);
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    writeOwned(join(to.data, 'backup_label'), rows[0]?.labelfile ?? '', { uid, gid });
  } finally {
    client.release(true);
    await session.end();
  }
  writeOwned(join(to.data, 'standby.signal'), '', { uid, gid });
  const { password } = new URL(from.url());
  const conninfo = `host=127.0.0.1 port=${from.port} user=postgres password=${password} application_name=${NAME}`;
  const settings = join(to.data, 'postgresql.auto.conf');
  writeFileSync(settings, (readFileSync(settings, 'utf8').match(OWN_SETTINGS) ?? []).join('\n'));
  appendFileSync(settings, `\nprimary_conninfo = '${conninfo}'\n`);
}

const run = promisify(execFile);

function writeOwned(file: string, text: string, { uid, gid }: { uid: number; gid: number }): void {
  writeFileSync(file, text, { mode: 0o600 });
  chownSync(file, uid, gid);
}

/** Past the time limit of a commit that waits for a standby which is away. @returns the last row. */
async function ask(host: PostgresHost, ...statements: readonly string[]): Promise<Record<string, string>> {
  const session: Database = host.connect();
  try {
    let row: Record<string, string> = {};
    for (const statement of statements) row = (await session.query<Record<string, string>>(statement)).rows[0] ?? {};
    return row;
  } finally {
    await session.end();
  }
}

async function until(host: PostgresHost, condition: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((await ask(host, `SELECT (${condition})::text AS holds`))['holds'] !== 'true') {
    if (performance.now() > deadline) throw new Error(`not so in time: ${condition}`);
    await delay(50);
  }
}
