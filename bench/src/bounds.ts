import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresFolders, findProgram } from '@wallet/local/find-program';
import { PROJECT_ROOT } from '@wallet/local/project';
import { type Servers, connect, makeDatabase } from './servers.ts';
import { makeWallets } from './wallets.ts';

const run = promisify(execFile);

/** Transactions a second of `pgbench -N` in a run of this many seconds. */
export type Pgbench = (seconds: number) => Promise<number>;

/**
 * Creates the tables of pgbench on the same server. `-N` changes a balance and writes a line of history in each
 * transaction, from eight clients. @returns null if there is no pgbench beside the server's binaries or on the path.
 */
export async function preparePgbench(servers: Servers, scale: number): Promise<Pgbench | null> {
  const program = findProgram([...findPostgresFolders(servers.path), servers.path].join(':'), 'pgbench');
  if (program === null) return null;
  const { password, port } = new URL(servers.postgres.url);
  const env = { PATH: servers.path, PGPASSWORD: password, PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'postgres' };
  await run(program, ['-i', '-q', '-s', String(scale), 'postgres'], { env });
  return async (seconds) => {
    const { stdout } = await run(program, ['-N', '-c', '8', '-j', '2', '-T', String(seconds), 'postgres'], { env });
    return Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  };
}

/** Operations that `write_sets` writes in one transaction. */
const SET = 1_000;

/**
 * Operations a second that Postgres writes by itself, in sets, from this many sessions (`bench/baselines/sets.sql`), in
 * its own database. @throws Error if the written rows do not add up.
 */
export async function runPureSql(
  servers: Servers,
  setup: { sessions: number; operations: number; wallets: number },
): Promise<number> {
  const { sessions } = setup;
  const database = await makeDatabase(servers, Math.max(16, sessions));
  const share = Math.ceil(setup.operations / sessions);
  try {
    await makeWallets(database.pool, '1', setup.wallets);
    await database.pool.query(readFileSync(join(PROJECT_ROOT, 'bench/baselines/sets.sql'), 'utf8'));
    // Otherwise autovacuum would process these rows during another measurement.
    for (const table of ['operations', 'movements', 'accounts']) {
      await database.pool.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    }
    await database.pool.query('VACUUM ANALYZE');
    const pool = connect(database.url, sessions);
    const clients = await Promise.all(Array.from({ length: sessions }, () => pool.connect()));
    for (const client of clients) await client.query('SET session_replication_role = replica');
    const started = performance.now();
    await Promise.all(
      clients.map((client, session) => client.query(`CALL write_sets(${session}, ${sessions}, ${share}, ${SET})`)),
    );
    const seconds = (performance.now() - started) / 1000;
    for (const client of clients) client.release(true);
    await pool.end();
    const { rows } = await database.pool.query<{ written: string; all: string }>(
      `SELECT (SELECT count(*) FROM movements JOIN operations ON id = operation_id) AS written, sum(balance) AS all FROM accounts`,
    );
    const written = Number(rows[0]?.written);
    if (written !== share * sessions || Number(rows[0]?.all) !== 0) throw new Error('pure SQL did not add up');
    return written / seconds;
  } finally {
    await database.close();
  }
}
