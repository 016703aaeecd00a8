import { type Database, createPool } from './pool.ts';
import { FEED_HEAD } from './tables/events.ts';

/** What a backup holds. */
export interface BackupFacts {
  /** Everything that was acknowledged before this moment, by the clock of the database. */
  readonly moment: Date;
  readonly feedPosition: bigint;
  readonly epochId: string | null;
}

/**
 * Runs `work` while the snapshot that it gets the name of is kept: other sessions of the same database can read exactly that. Where
 * much is written, keep it short: what is deleted meanwhile cannot be cleared away.
 */
export async function inExportedSnapshot<Result>(
  database: Database,
  work: (snapshot: string, facts: BackupFacts) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // now() is when BEGIN came, before the snapshot was taken.
    const { rows } = await client.query<BackupFacts & { snapshot: string }>(
      `SELECT pg_export_snapshot() AS snapshot, now() AS moment, ${FEED_HEAD} AS "feedPosition",
              (SELECT id FROM epochs ORDER BY number DESC LIMIT 1) AS "epochId"`,
    );
    const [facts] = rows;
    if (facts === undefined) throw new Error('the database did not answer');
    const result = await work(facts.snapshot, facts);
    await client.query('COMMIT');
    return result;
  } finally {
    client.release(true);
  }
}

/** A connection that may wait for as long as another program works on its database. */
export function connectPatiently(url: string, name: string, { writes = false } = {}): Database {
  const settings = { idle_in_transaction_session_timeout: '0' };
  return createPool({ url, name, size: 1, statementMs: 0, settings, writes, onError: () => undefined });
}

/** The major version of the server. */
export async function readMajor(database: Database): Promise<number> {
  const { rows } = await database.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
  return Math.floor(Number(rows[0]?.version) / 10_000);
}

/** Tables, views and sequences in the database that are not the server's own. */
export async function countRelations(database: Database): Promise<bigint> {
  const { rows } = await database.query<{ relations: bigint }>(
    `SELECT count(*) AS relations FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')`,
  );
  return rows[0]?.relations ?? 0n;
}

/** A dump has no statistics (before version 18), without which the first plans are poor. */
export async function analyzeAll(database: Database): Promise<void> {
  await database.query('ANALYZE');
}
