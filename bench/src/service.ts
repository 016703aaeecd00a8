import { randomBytes } from 'node:crypto';
import { findFreePort } from '@wallet/local/child';
import { auditDatabase } from '@wallet/shared/database/audit';
import { type Contender, type ContendersLedger, DEPOSIT } from './contender.ts';
import { depositRequest } from './load/connection.ts';
import { type FreshDatabase, HTTP_FLAGS, type Servers, makeDatabase, settingsFor, startBuilt } from './servers.ts';
import { makeWallets } from './wallets.ts';

/** The setup of the service in a run. Defaults are as in production. */
export interface ServiceSetup {
  readonly name?: string;
  readonly apis?: number;
  readonly workers?: number;
  readonly partitions?: number;
  readonly wallets?: number;
  /** Requests to send instead of deposits. */
  readonly load?: Load;
  /** Settings of all its processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** An existing database, and the wallets in it to use. */
  readonly filled?: { readonly database: FreshDatabase; readonly walletIds: readonly string[] };
}

/** Operations other than deposits: how to request them. Their wallets may go below zero. */
export interface Load {
  readonly request: (walletId: string, index: number, walletIds: readonly string[]) => Buffer;
  readonly follow?: (body: string) => Buffer | null;
  /** Rows that must exist before. */
  readonly prepare?: (database: FreshDatabase) => Promise<unknown>;
}

export interface Service extends Contender {
  readonly ledger: ContendersLedger;
  readonly walletIds: readonly string[];
}

/** The default of the first migration. */
const PARTITIONS = 16;
export const WALLETS = 1_000;
/** For a larger database the audit would take longer than everything else. */
const MOST_AUDITED = 3_000_000;

/** Starts the service's processes on their own database. */
export async function startService(servers: Servers, setup: ServiceSetup = {}): Promise<Service> {
  const database = setup.filled?.database ?? (await makeDatabase(servers, setup.partitions ?? PARTITIONS));
  const walletIds = setup.filled?.walletIds ?? (await makeWallets(database.pool, '1', setup.wallets ?? WALLETS));
  const { load } = setup;
  if (load !== undefined) {
    await database.pool.query('UPDATE accounts SET credit_limit = 1000000000000000 WHERE wallet_id IS NOT NULL');
    await load.prepare?.(database);
  }
  const env = {
    DATABASE_URL: database.url,
    REDIS_URL: servers.redis.url,
    QUEUE_PREFIX: database.name,
    WEBHOOK_KEY: randomBytes(32).toString('base64'),
    WEBHOOK_ALLOW_PRIVATE: 'true',
    SPOOL_DIR: servers.folder,
    ...setup.env,
  };
  const ports = await Promise.all(Array.from({ length: setup.apis ?? 1 }, findFreePort));
  const [api, worker] = await Promise.all([
    Promise.all(
      ports.map((port) => {
        const settings = { ...env, PORT: String(port), ...settingsFor('api') };
        return startBuilt(servers, 'api/dist/main.js', settings, HTTP_FLAGS);
      }),
    ),
    Promise.all(
      Array.from({ length: setup.workers ?? 1 }, () =>
        startBuilt(servers, 'worker/dist/main.js', { ...env, ...settingsFor('worker') }),
      ),
    ),
  ]);
  return {
    name: setup.name ?? 'service',
    ports,
    requests: walletIds.map((id, index) => load?.request(id, index, walletIds) ?? depositRequest(id)),
    ...(load?.follow === undefined ? {} : { follow: load.follow }),
    processes: { api, worker },
    ledger: await (load === undefined ? openLedger(database) : openLedgerOfOperations(database)),
    walletIds,
    async stop() {
      await Promise.all([...api, ...worker].map((child) => child.stopNow()));
      await database.close();
    },
  };
}

/** Compares the amounts credited and applied from now on. */
async function openLedger(database: FreshDatabase): Promise<ContendersLedger> {
  async function readTotals(): Promise<{ applied: number; credited: number; all: number }> {
    const { rows } = await database.pool.query<{ applied: string; credited: string; all: string }>(
      `SELECT coalesce(sum(version) FILTER (WHERE wallet_id IS NOT NULL), 0) AS applied,
              coalesce(sum(balance) FILTER (WHERE wallet_id IS NOT NULL), 0) AS credited, sum(balance) AS all
       FROM accounts`,
    );
    const [row] = rows;
    return { applied: Number(row?.applied), credited: Number(row?.credited), all: Number(row?.all) };
  }
  const before = await readTotals();
  return {
    database,
    countApplied: async () => (await readTotals()).applied,
    async isDrained() {
      const { rowCount } = await database.pool.query('SELECT FROM pending_operations LIMIT 1');
      return rowCount === 0;
    },
    async findFaults() {
      const { all, ...totals } = await readTotals();
      const [applied, credited] = [totals.applied - before.applied, totals.credited - before.credited];
      const faults: string[] = [];
      if (credited !== applied * DEPOSIT) faults.push(`${applied} deposits made balances of ${credited}`);
      if (all !== 0) faults.push(`all accounts together hold ${all}`);
      return faults;
    },
  };
}

/** Counts operations that have succeeded, whatever they moved. */
async function openLedgerOfOperations(database: FreshDatabase): Promise<ContendersLedger> {
  const count = async (statement: string): Promise<number> =>
    Number((await database.pool.query<{ count: string }>(statement)).rows[0]?.count);
  const ledger = await openLedger(database);
  return {
    ...ledger,
    countApplied: () => count('SELECT count(*) FROM movements WHERE leg = 0'),
    async findFaults() {
      const faults: string[] = [];
      const failed = await count('SELECT count(*) FROM failures');
      if (failed !== 0) faults.push(`${failed} operations failed`);
      if ((await count('SELECT sum(balance) AS count FROM accounts')) !== 0)
        faults.push('all accounts do not add up to 0');
      return faults;
    },
  };
}

/**
 * The audit of P1 to P3 on a service's database. @returns violations; none for a database with more than `most`
 * operations.
 */
export async function auditService(service: Service, most = MOST_AUDITED): Promise<string[]> {
  if ((await service.ledger.countApplied()) > most) return [];
  const faults: string[] = [];
  await auditDatabase(service.ledger.database.pool, (found) =>
    faults.push(`audit of ${service.name}: ${JSON.stringify(found)}`),
  );
  return faults;
}
