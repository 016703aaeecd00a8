import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { type Database, createPool } from '@wallet/shared/database/pool';
import request from 'supertest';
import { type Cluster, type ServiceProcess, createCluster } from '../support/cluster.ts';
import { untilDrained } from '../support/service.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { createFundedWallet } from '../support/wallets.ts';

/**
 * A worker that does not fit the database, such as one of the previous release after a migration, ends no operation
 * (P1): what it cannot write stays pending for a worker that can, and it logs the problem as fatal.
 */
jest.setTimeout(120_000);

const MIGRATIONS: readonly { name: string; change: string; undo: string }[] = [
  {
    name: 'a column that it does not fill (23502)',
    change:
      'ALTER TABLE movements ADD COLUMN told_by text; ALTER TABLE movements ADD CHECK (told_by IS NOT NULL) NOT VALID',
    undo: 'ALTER TABLE movements DROP COLUMN told_by',
  },
  {
    name: 'a column that must not be null (23502)',
    change: `CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.amount := NULL; RETURN NEW; END $$;
             CREATE TRIGGER forget BEFORE INSERT ON movements FOR EACH ROW EXECUTE FUNCTION forget()`,
    undo: 'DROP FUNCTION forget CASCADE',
  },
  {
    name: 'a column that is gone (42703)',
    change: 'ALTER TABLE movements RENAME COLUMN from_version TO from_revision',
    undo: 'ALTER TABLE movements RENAME COLUMN from_revision TO from_version',
  },
  {
    name: 'a right that it does not have (42501)',
    change: 'REVOKE INSERT ON movements FROM wallet_worker',
    undo: 'GRANT INSERT ON movements TO wallet_worker',
  },
];

const folder = mkdtempSync(join(tmpdir(), 'wallet-unfit-'));
let database: Database;
let cluster: Cluster;
let api: ServiceProcess;
let worker: ServiceProcess;
let health: string;

beforeAll(async () => {
  const target = await createTestDatabase();
  const healthPort = await findFreePort();
  health = `http://127.0.0.1:${healthPort}`;
  database = createPool({ url: target.databaseUrl, name: 'test', size: 1, onError: () => undefined });
  cluster = createCluster({ ...target, folder, env: { WORKER_HEALTH_PORT: String(healthPort) } });
  [api, worker] = await Promise.all([cluster.startApi(), cluster.startWorker()]);
});
afterAll(async () => {
  await cluster.stop();
  await database.end();
  rmSync(folder, { recursive: true, force: true });
});

it.each(MIGRATIONS)('operations stay pending while the database has $name', async ({ change, undo }) => {
  const wallets = await Promise.all(Array.from({ length: 8 }, () => createFundedWallet(api.url)));
  const logged = worker.log().length;
  await database.query(change);
  const ids = await Promise.all(
    wallets.map(async (wallet) => {
      const body = { operation_type: 'DEPOSIT', amount: 1 };
      return (await request(api.url).post(`/wallets/${wallet}/operation`).send(body).expect(202)).body.id as string;
    }),
  );
  const lines = (): Record<string, unknown>[] =>
    worker
      .log()
      .slice(logged)
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Record<string, unknown>] : []));
  const complaints = (): Record<string, unknown>[] =>
    lines().filter(
      ({ level, msg }) => level === 60 && String(msg).startsWith('this program does not fit the database'),
    );
  await until(() => Promise.resolve(complaints().length > 0));
  await until(async () => (await request(health).get('/health')).status === 503);
  const { rows } = await database.query('SELECT FROM pending_operations WHERE operation_id = ANY ($1)', [ids]);
  expect(rows).toHaveLength(ids.length);
  expect(lines().filter(({ msg }) => String(msg).includes('law of the ledger'))).toEqual([]);

  await database.query(undo);
  await untilDrained(database, 30_000);
  for (const id of ids) {
    const { body } = await request(api.url).get(`/operations/${id}`).expect(200);
    expect(body).toMatchObject({ status: 'succeeded' });
  }
  await until(async () => (await request(health).get('/health')).status === 200);
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('not in time');
    await delay(50);
  }
}
