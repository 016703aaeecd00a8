import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@wallet/local/child';
import { PROJECT_ROOT } from '@wallet/local/project';
import { type Contender, type ContendersLedger, DEPOSIT } from './contender.ts';
import { depositRequest } from './load/connection.ts';
import { type FreshDatabase, HTTP_FLAGS, type Servers, makeDatabase, startBuilt } from './servers.ts';
import { WALLETS } from './service.ts';

/** The baselines of the comparison, each described in its file in `bench/baselines`. */
const BUILT = 'bench/dist/baselines';

/**
 * The design of the earlier services: the request changes the balance under a row lock. Two processes share the
 * connections, because the service also has two, its API and its worker.
 */
export async function startRowLock(servers: Servers, wallets = WALLETS, processes = 2): Promise<Contender> {
  const { database, walletIds } = await makeTables(servers, wallets);
  const ports = await Promise.all(Array.from({ length: processes }, findFreePort));
  const api = await Promise.all(
    ports.map((port) =>
      startBuilt(servers, `${BUILT}/row-lock-api.js`, { DATABASE_URL: database.url, PORT: String(port) }, HTTP_FLAGS),
    ),
  );
  return {
    name: 'row lock per request',
    ports,
    requests: walletIds.map((id) => depositRequest(id)),
    processes: { api },
    ledger: ledgerOf(database),
    async stop() {
      await Promise.all(api.map((child) => child.stopNow()));
      await database.close();
    },
  };
}

/** The textbook design: the API enqueues one job per operation, and workers apply each in its own transaction. */
export async function startJobPerOperation(servers: Servers, wallets = WALLETS): Promise<Contender> {
  const { database, walletIds } = await makeTables(servers, wallets);
  const port = await findFreePort();
  const env = { DATABASE_URL: database.url, REDIS_URL: servers.redis.url, QUEUE_PREFIX: database.name };
  const [api, worker] = await Promise.all([
    startBuilt(servers, `${BUILT}/job-api.js`, { ...env, PORT: String(port) }, HTTP_FLAGS),
    startBuilt(servers, `${BUILT}/job-worker.js`, env),
  ]);
  return {
    name: 'job per operation',
    ports: [port],
    requests: walletIds.map((id) => depositRequest(id)),
    processes: { api: [api], worker: [worker] },
    ledger: ledgerOf(database),
    async stop() {
      await Promise.all([api.stopNow(), worker.stopNow()]);
      await database.close();
    },
  };
}

/**
 * The cost of Express: a route that reads JSON, answers 202 and does nothing. Either plain, or with the prototypes of
 * Express from the beginning, as in the service.
 */
export async function startEmptyRoute(servers: Servers, how: { withPrototypes: boolean }): Promise<Contender> {
  const port = await findFreePort();
  const env = { PORT: String(port), MADE_WITH_PROTOTYPES: String(how.withPrototypes) };
  const api = await startBuilt(servers, `${BUILT}/empty-api.js`, env, HTTP_FLAGS);
  return {
    name: how.withPrototypes ? 'empty route, as the service serves' : 'empty Express route',
    ports: [port],
    requests: [depositRequest('00000000-0000-4000-8000-000000000000')],
    processes: { api: [api] },
    ledger: null,
    stop: () => api.stopNow(),
  };
}

/** The tables of the baselines, in their own database, with this many wallets. */
export async function makeTables(
  servers: Servers,
  wallets: number,
): Promise<{ database: FreshDatabase; walletIds: readonly string[] }> {
  const database = await makeDatabase(servers);
  await database.pool.query(readFileSync(join(PROJECT_ROOT, 'bench/baselines/tables.sql'), 'utf8'));
  const { rows } = await database.pool.query<{ id: string }>(
    `INSERT INTO wallets (id) SELECT md5('1 ' || n)::uuid FROM generate_series(1, $1::int) AS n RETURNING id`,
    [wallets],
  );
  return { database, walletIds: rows.map(({ id }) => id) };
}

/** Balances and history of those tables. */
export function ledgerOf(database: FreshDatabase): ContendersLedger {
  async function countApplied(): Promise<number> {
    const { rows } = await database.pool.query<{ applied: string }>('SELECT sum(version) AS applied FROM wallets');
    return Number(rows[0]?.applied);
  }
  return {
    database,
    countApplied,
    isDrained: async (expected) => (await countApplied()) >= expected,
    async findFaults() {
      const { rows } = await database.pool.query<{ applied: string; credited: string; lines: string; moved: string }>(
        `SELECT sum(version) AS applied, sum(balance) AS credited, (SELECT count(*) FROM history) AS lines,
                (SELECT coalesce(sum(amount), 0) FROM history) AS moved
         FROM wallets`,
      );
      const [applied, credited, lines, moved] = Object.values(rows[0] ?? {}).map(Number);
      const isRight = applied === lines && credited === moved && credited === (applied ?? NaN) * DEPOSIT;
      return isRight ? [] : [`${applied} deposits, ${lines} lines of history, balances of ${credited}, ${moved} moved`];
    },
  };
}
