import pg from 'pg';
import { nameConnection, withoutName } from './program.ts';
import { connectOnce, sessionOptions } from './session.ts';

export type Database = pg.Pool;
export type Client = pg.PoolClient;
/** Whatever can run a statement: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;
const LOCK_MS = 5_000;
/** A paused process loses its transaction, and with it the locks that others wait for, after this time. */
const IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * A bounded pool of connections; every wait has a limit. `int8` arrives as `bigint`, never as a number.
 * Errors of idle connections go to `onError`: without a listener they would end the process.
 */
export function createPool(options: {
  url: string;
  name: string;
  size: number;
  onError: (error: Error) => void;
  settings?: Record<string, string>;
  /** The longest a statement may take; 0 is for ever. */
  statementMs?: number;
}): Database {
  const statementMs = options.statementMs ?? STATEMENT_MS;
  const limits = { statementMs, lockMs: LOCK_MS, idleInTransactionMs: IDLE_IN_TRANSACTION_MS };
  const pool = new pg.Pool({
    connectionString: withoutName(options.url),
    application_name: nameConnection(options.name),
    max: options.size,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: statementMs === 0 ? 0 : statementMs + 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    options: sessionOptions(limits, options.settings),
    types: { getTypeParser: parserOf },
  });
  pool.on('error', options.onError);
  pool.on('connect', (client) => client.on('error', options.onError));
  return pool;
}

type TypeOid = Parameters<typeof pg.types.getTypeParser>[0];

function parserOf(oid: TypeOid, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8 && format !== 'binary') return BigInt;
  return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
}

/** Whether a server answers a query at `url` within a second. */
export async function databaseAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000, query_timeout: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes the database `name` on the server of `url` if it has none, optionally as a copy of `template`. */
export async function createDatabase(url: string, name: string, template = 'template1'): Promise<void> {
  const client = await connectOnce(url, { connectMs: CONNECT_MS });
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
    }
  } finally {
    await client.end();
  }
}
