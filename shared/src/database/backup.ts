import pg from 'pg';
import { parseHosts } from './hosts.ts';
import { type Client, type Database, createPool } from './pool.ts';
import { FEED_HEAD } from './tables/events.ts';

/** What a backup contains. */
export interface BackupFacts {
  /** Everything acknowledged before this time, by the clock of the database. */
  readonly moment: Date;
  readonly feedPosition: bigint;
  readonly epochId: string | null;
}

/** A snapshot that is held open by a session. */
export interface ExportedSnapshot {
  readonly name: string;
  /** The address of the server that has it. */
  readonly url: string;
}

/**
 * Runs `work` while its snapshot is held: other sessions of the same database can read exactly that. Keep it short on a
 * busy database, because rows deleted meanwhile cannot be vacuumed. `url` is that of `database`.
 */
export async function inExportedSnapshot<Result>(
  { database, url }: { database: Database; url: string },
  work: (snapshot: ExportedSnapshot, facts: BackupFacts) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // now() is the time of BEGIN, before the snapshot was taken.
    const { rows } = await client.query<BackupFacts & { snapshot: string }>(
      `SELECT pg_export_snapshot() AS snapshot, now() AS moment, ${FEED_HEAD} AS "feedPosition",
              (SELECT id FROM epochs ORDER BY number DESC LIMIT 1) AS "epochId"`,
    );
    const [facts] = rows;
    if (facts === undefined) throw new Error('the database did not answer');
    const result = await work({ name: facts.snapshot, url: urlOfSession(url, client) }, facts);
    await client.query('COMMIT');
    return result;
  } finally {
    client.release(true);
  }
}

/** A connection that may wait while another program works on its database. */
export function connectPatiently(url: string, name: string, { writes = false } = {}): Database {
  const settings = { idle_in_transaction_session_timeout: '0' };
  return createPool({ url, name, size: 1, statementMs: 0, settings, writes, onError: () => undefined });
}

/** The URL of the host that the pool is connected to, for another program that must work on the same server. */
export async function findHostUrl(database: Database, url: string): Promise<string> {
  const client = await database.connect();
  try {
    return urlOfSession(url, client);
  } finally {
    client.release();
  }
}

/** A client has the host and port it is connected to, as the driver read them from the URL of that host. */
function urlOfSession(url: string, client: Client): string {
  const { host, port } = client as Client & pg.Client;
  const found = parseHosts(url).hosts.find((each) => {
    const there = new pg.Client({ connectionString: each.url });
    return there.host === host && there.port === port;
  });
  if (found === undefined) throw new Error('the session is on a host that its URL does not name');
  return found.url;
}

/** The major version of the server. */
export async function readMajor(database: Database): Promise<number> {
  const { rows } = await database.query<{ version: string }>(`SELECT current_setting('server_version_num') AS version`);
  return Math.floor(Number(rows[0]?.version) / 10_000);
}

/** The number of tables, views and sequences in the database other than the server's own. */
export async function countRelations(database: Database): Promise<bigint> {
  const { rows } = await database.query<{ relations: bigint }>(
    `SELECT count(*) AS relations FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e')`,
  );
  return rows[0]?.relations ?? 0n;
}

/** Before version 18 a dump has no statistics, and the first plans without them are poor. */
export async function analyzeAll(database: Database): Promise<void> {
  await database.query('ANALYZE');
}
