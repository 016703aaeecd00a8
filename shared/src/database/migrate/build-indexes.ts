import type pg from 'pg';
import { ConfigError } from '../../words/config-error.ts';
import { isLockTimeout } from '../sqlstate.ts';

/** An index that is built while processes write to its table. */
export interface IndexBuild {
  readonly index: string;
  readonly table: string;
  readonly statement: string;
}

const BUILD = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS (\w+) ON (\w+)[^;]*;/gm;

/**
 * The indexes that a migration builds outside of a transaction; none for an ordinary migration.
 * @throws Error if it also does something else, which would then be neither in a transaction nor safe to repeat.
 */
export function readIndexBuilds(sql: string): IndexBuild[] {
  const statements = sql.replace(/^--.*$/gm, '');
  const builds = [...statements.matchAll(BUILD)].map(([statement, index = '', table = '']) => ({
    ...{ index, table, statement },
  }));
  if (builds.length > 0 && statements.replace(BUILD, '').trim() !== '')
    throw new Error('a migration that builds indexes outside of a transaction does nothing else');
  return builds;
}

/**
 * Builds an index outside of a transaction. Readers and writers do not wait for it; it waits for each running
 * transaction for at most `patienceMs`. An interrupted build leaves an invalid index that still slows every insert
 * down: it is dropped, and built again.
 * @throws ConfigError if a transaction has blocked it for that long.
 */
export async function buildIndex(client: pg.ClientBase, build: IndexBuild, patienceMs = PATIENCE_MS): Promise<void> {
  await client.query(`SET lock_timeout = ${patienceMs}`);
  try {
    if (await isInterrupted(client, build.index)) await client.query(`DROP INDEX CONCURRENTLY ${build.index}`);
    await client.query(build.statement);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    throw new ConfigError(
      `The index ${build.index} could not be built: a transaction has been under way for ${patienceMs / 1000} s, see ` +
        'xact_start in pg_stat_activity. Wait until it has ended (it may be storing a large batch), then run npm run ' +
        'migrate again.',
      { cause: error },
    );
  } finally {
    await client.query('SET lock_timeout = 0').catch(() => undefined);
  }
}

const PATIENCE_MS = 120_000;

async function isInterrupted(client: pg.ClientBase, index: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT (indisvalid AND indisready)',
    [index],
  );
  return rowCount === 1;
}
