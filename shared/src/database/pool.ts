import type { Socket } from 'node:net';
import pg from 'pg';
import { nameConnection } from './program.ts';
import { connectOnce, createClientClass, longestConnectMs, targetOf } from './connect.ts';
import { namesSeveralHosts } from './hosts.ts';
import { DEFAULT_LIMITS, sessionSettings } from './session.ts';

export type Database = pg.Pool;
export type Client = pg.PoolClient;
/** Anything that can run a statement: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

const CONNECT_MS = 5_000;

/**
 * A bounded pool of connections; every wait has a limit. `int8` arrives as `bigint`, never as a number. Each connection
 * goes to the first suitable host of `url` and has the requested settings: see `createClientClass`. Errors of idle
 * connections go to `onError`: without a listener they would end the process.
 */
export function createPool(options: {
  url: string;
  name: string;
  size: number;
  onError: (error: Error) => void;
  settings?: Record<string, string>;
  /** The most time a statement may take; 0 is unlimited. */
  statementMs?: number;
  /** Whether connections must accept writes. */
  writes?: boolean;
}): Database {
  const limits = { ...DEFAULT_LIMITS, statementMs: options.statementMs ?? DEFAULT_LIMITS.statementMs };
  const { statementMs } = limits;
  const settings = sessionSettings(limits, options.settings);
  const target = targetOf(options.url, { settings, writes: options.writes ?? false, connectMs: CONNECT_MS });
  const pool = new pg.Pool({
    Client: createClientClass(target),
    application_name: nameConnection(options.name),
    max: options.size,
    connectionTimeoutMillis: Math.max(CONNECT_MS, longestConnectMs(target)),
    query_timeout: statementMs === 0 ? 0 : statementMs + 2_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  pool.on('error', options.onError);
  pool.on('connect', (client) => client.on('error', options.onError));
  leaveSilentServers(pool);
  return pool;
}

/**
 * Ends idle connections when another one got no answer in time. A server whose network is gone closes none of them, and
 * each would be tried for as long again: with a pool of two, nothing was accepted for 24 s although a standby had taken
 * over after 7 s.
 */
function leaveSilentServers(pool: Database): void {
  const idle = new Set<Client>();
  for (const event of ['acquire', 'remove'] as const) pool.on(event, (client) => idle.delete(client));
  pool.on('release', (error: Error | boolean | null | undefined, client) => {
    if (!error) idle.add(client);
    if (!(error instanceof Error) || error.message !== UNANSWERED) return;
    for (const each of [...idle] as (Client & { connection: { stream: Socket } })[]) {
      // The pool removes it at once, as a lost one.
      each.emit('error', new Error('Connection terminated: another one to this server was not answered'));
      each.connection.stream.destroy();
    }
  });
}

/** The driver's message after `query_timeout`. */
const UNANSWERED = 'Query read timeout';

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

/** Creates the database `name` on the server of `url` if it does not exist, optionally as a copy of `template`. */
export async function createDatabase(url: string, name: string, template = 'template1'): Promise<void> {
  // On a standby it can only check whether it exists.
  const client = await connectOnce(url, { connectMs: CONNECT_MS, writes: namesSeveralHosts(url) });
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
    }
  } finally {
    await client.end();
  }
}
