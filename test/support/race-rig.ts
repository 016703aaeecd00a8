import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { auditDatabase } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { newId } from '@wallet/shared/words/ids';
import { partitionOf } from '@wallet/shared/words/partition';
import { type Cluster, type ServiceProcess, createCluster } from './cluster.ts';
import { createHttpClient } from './http-client.ts';
import { type Committed, replayCommits } from './replay-commits.ts';
import { untilDrained } from './service.ts';
import { createTestDatabase } from './test-database.ts';

/**
 * Real processes on their own Postgres, whose log shows deadlocks and which records when each transaction was
 * committed.
 */
export interface RaceRig {
  readonly database: Database;
  readonly cluster: Cluster;
  readonly apis: readonly ServiceProcess[];
  readonly workers: readonly ServiceProcess[];
  /** At the APIs in turn. */
  send(
    method: string,
    path: string,
    body?: object,
    key?: string,
  ): Promise<{ status: number; body: Record<string, any> }>;
  /** Sends a request for an operation. @returns its id. */
  accept(path: string, body?: object): Promise<string>;
  /** With a balance in minor units, already applied. */
  createWallet(options?: { asset?: string; partition?: number; balance?: number }): Promise<string>;
  /** Why each operation failed; null where it succeeded. Waits until nothing is pending. */
  endsOf(ids: readonly string[]): Promise<(string | null)[]>;
  /**
   * Waits until nothing is pending; then every operation has the outcome of the model, no money was created or lost,
   * the audit finds nothing, and there was no deadlock.
   */
  expectLawful(withinMs?: number): Promise<Committed[]>;
  stop(): Promise<void>;
}

export const PARTITIONS = 16;
const CONNECTIONS = 128;
const TIMEOUT_MS = 30_000;
const DRAINED_MS = 60_000;

export async function startRaceRig(options: {
  apis: number;
  workers: number;
  env?: Record<string, string>;
}): Promise<RaceRig> {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-race-'));
  const settings = { fsync: 'off', track_commit_timestamp: 'on' };
  const postgres = await startPostgres({ dataDir: folder, path: process.env['PATH'] ?? '', settings });
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, PARTITIONS);
  const database = createPool({ url: postgres.url, name: 'test', size: 4, onError: () => undefined });
  for (const [name, mayGoNegative] of [
    ['fees', true],
    ['reserve', false],
  ] as const)
    await database.query('SELECT add_house_account($1, $2)', [name, mayGoNegative]);
  const { redisUrl, queuePrefix } = await createTestDatabase();
  const env = options.env ?? {};
  const cluster = createCluster({ databaseUrl: postgres.url, redisUrl, queuePrefix, folder, env });
  const apis = await Promise.all(Array.from({ length: options.apis }, () => cluster.startApi()));
  const workers = await Promise.all(Array.from({ length: options.workers }, () => cluster.startWorker()));
  const client = createHttpClient(CONNECTIONS, TIMEOUT_MS);
  let sent = 0;

  const rig: RaceRig = {
    ...{ database, cluster, apis, workers },
    send(method, path, body, key) {
      sent += 1;
      return client.send(
        method,
        `${apis[sent % apis.length]!.url}${path}`,
        key ? { 'idempotency-key': key } : {},
        body,
      );
    },
    async accept(path, body = {}) {
      const answer = await rig.send('POST', path, body);
      if (answer.status !== 202) throw new Error(`${path} was answered with ${JSON.stringify(answer)}`);
      return answer.body['id'] as string;
    },
    async createWallet({ asset = 'USD', partition, balance = 0 } = {}) {
      let id = newId();
      while (partition !== undefined && partitionOf(id, PARTITIONS) !== partition) id = newId();
      const made = await rig.send('POST', '/wallets', { id, asset });
      if (made.status !== 201) throw new Error(`no wallet was made: ${JSON.stringify(made)}`);
      const deposit = { type: 'deposit', wallet_id: id, amount: decimal(balance) };
      if (balance > 0) await rig.endsOf([await rig.accept('/operations', deposit)]);
      return id;
    },
    async endsOf(ids) {
      await untilDrained(database, DRAINED_MS);
      const { rows } = await database.query<{ id: string; code: string | null }>(
        'SELECT operation_id AS id, error_code AS code FROM outcomes WHERE operation_id = ANY ($1::uuid[])',
        [ids],
      );
      const codes = new Map(rows.map(({ id, code }) => [id, code]));
      return ids.map((id) => {
        const code = codes.get(id);
        if (code === undefined) throw new Error(`operation ${id} has no outcome`);
        return code;
      });
    },
    async expectLawful(withinMs = DRAINED_MS) {
      await untilDrained(database, withinMs);
      const operations = await replayCommits(database);
      const sums = await database.query('SELECT asset_id FROM accounts GROUP BY asset_id HAVING sum(balance) <> 0');
      expect(sums.rows).toEqual([]);
      const violations: unknown[] = [];
      await auditDatabase(database, (violation) => violations.push(violation));
      expect(violations).toEqual([]);
      expect(readFileSync(join(folder, 'postgres.log'), 'utf8').match(/.*deadlock detected/g)).toBeNull();
      return operations;
    },
    async stop() {
      client.close();
      await cluster.stop();
      await database.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

/** Minor units of an asset with two decimals, in the form of requests. */
export function decimal(amount: number): string {
  return (amount / 100).toFixed(2);
}
