import type pg from 'pg';
import { ConfigError } from '../../words/config-error.ts';
import { isOtherProcess } from '../check-session.ts';
import { connectBare } from '../connect.ts';
import { placeOf } from '../explain-failure.ts';
import { DUPLICATE_STATEMENT, UNKNOWN_STATEMENT, sqlstateOf } from '../sqlstate.ts';

/**
 * Checks that our statements work on the server at `url`. They are prepared by name, once per session. A pooler that
 * assigns sessions per transaction has to know the names, as PgBouncer does since version 1.21 by renaming them.
 * @throws ConfigError if they do not.
 */
export async function checkPooler(url: string, { writes }: { writes: boolean }): Promise<void> {
  const connect = (): Promise<pg.Client> => connectBare(url, { ...LIMITS, writes });
  const isUnfit = async (client: pg.Client): Promise<boolean> =>
    (await isPooled(client)) && !(await renamesStatements(client)) && (await sharesSessions(client, connect));
  if (!(await lookAt(connect, isUnfit))) return;
  throw new ConfigError(
    `${placeOf(url)} is a pooler in transaction mode that does not keep prepared statements. Use PgBouncer 1.21 or later with ` +
      'max_prepared_statements above 0, or pool_mode = session.',
  );
}

/**
 * Work that needs one session from beginning to end needs a direct connection to the server: a pooler may switch
 * sessions.
 * @throws ConfigError if there is a pooler in between.
 */
export async function refusePooler(url: string, command: string): Promise<void> {
  if (!(await lookAt(() => connectBare(url, { ...LIMITS, writes: true }), isPooled))) return;
  throw new ConfigError(
    `${placeOf(url)} is a pooler, and ${command} needs a session of its own: set DATABASE_URL to the server behind it.`,
  );
}

const LIMITS = { connectMs: 5_000, statementMs: 5_000 };

/**
 * Applies `look` to a session. If no session can be opened, this says nothing: it sets no parameters, so the server may
 * refuse it at once, and the next connection fails with the actual problem.
 */
async function lookAt(
  connect: () => Promise<pg.Client>,
  look: (client: pg.Client) => Promise<boolean>,
): Promise<boolean> {
  try {
    const client = await connect();
    return await look(client).finally(() => client.end());
  } catch {
    return false;
  }
}

/** If all sessions of a pooler are in use, the next one has to wait. */
const ANSWER_MS = 2_000;

async function isPooled(client: pg.ClientBase): Promise<boolean> {
  return isOtherProcess(client, await readProcess(client));
}

async function readProcess(client: pg.ClientBase): Promise<string> {
  const { rows } = await client.query<{ pid: string }>('SELECT pg_backend_pid()::text AS pid');
  return rows[0]?.pid ?? '';
}

/** Names that one pool mode leaves behind in a session, and another looks for there. */
const NAME_FAILURES = new Set([DUPLICATE_STATEMENT, UNKNOWN_STATEMENT]);

async function renamesStatements(client: pg.ClientBase): Promise<boolean> {
  try {
    const { rowCount } = await client.query({
      name: 'renamesStatements',
      text: `SELECT FROM pg_prepared_statements WHERE name = $1`,
      values: ['renamesStatements'],
    });
    return rowCount === 0;
  } catch (error) {
    if (NAME_FAILURES.has(sqlstateOf(error) ?? '')) return false;
    throw error;
  }
}

/**
 * Whether a session of the server serves several clients: an idle client then finds its session in another client's
 * transaction, or is moved to another session because of that. If that cannot be determined in time, each client is
 * assumed to have its own session.
 */
async function sharesSessions(client: pg.ClientBase, connect: () => Promise<pg.Client>): Promise<boolean> {
  const had = await readProcess(client);
  const connecting = connect();
  const shared = async (): Promise<boolean> => {
    const other = await connecting;
    await other.query('BEGIN');
    return (await readProcess(other)) === had || (await readProcess(client)) !== had;
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, false);
  });
  const answered = shared().catch(() => false);
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
    // Also one that connects only later: it would keep a session of the pooler in its transaction.
    connecting.then((other) => other.end()).catch(() => undefined);
  }
}
