import { randomBytes } from 'node:crypto';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { buildIndex, readIndexBuilds } from '@wallet/shared/database/migrate/build-indexes';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Client, type Database, createPool } from '@wallet/shared/database/pool';
import { inDatabase } from '../support/test-database.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { migrateUpTo } from '../support/version-before.ts';

/** Indexes are built on a running database: nothing waits for them, and an interrupted build is repeated. */

const BUILDS = 17;
const REFERENCE = {
  index: 'operations_reference',
  table: 'operations',
  statement: `CREATE INDEX CONCURRENTLY IF NOT EXISTS operations_reference ON operations (reference_id COLLATE "C")
              WHERE reference_id IS NOT NULL;`,
};

let url: string;
let database: Database;
let long: Client;
beforeEach(async () => {
  url = await inDatabase(process.env['TEST_DATABASE_URL']!, `test_${randomBytes(6).toString('hex')}`);
  database = createPool({ url, name: 'test', size: 4, onError: () => undefined });
  await migrateUpTo(database, BUILDS - 1);
  long = await database.connect();
});
afterEach(async () => {
  long.release(true);
  await database.end();
});

/** A transaction that has written to operations, and stays open. */
async function holdOperations(): Promise<void> {
  await long.query(
    `BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE operations IN ROW EXCLUSIVE MODE;
     SELECT pg_current_xact_id()`,
  );
}

async function readIndexes(): Promise<Record<string, boolean>> {
  const { rows } = await database.query<{ name: string; valid: boolean }>(
    `SELECT indexrelid::regclass::text AS name, indisvalid AS valid FROM pg_index
     WHERE indexrelid IN (to_regclass('operations_reference'), to_regclass('wallets_asset'), to_regclass('accounts_not_active'))`,
  );
  return Object.fromEntries(rows.map(({ name, valid }) => [name, valid]));
}

async function readNewest(): Promise<number | undefined> {
  const { rows } = await database.query<{ newest: number }>('SELECT max(id) AS newest FROM migrations');
  return rows[0]?.newest;
}

const WHOLE = { operations_reference: true, wallets_asset: true, accounts_not_active: true };

it('nothing waits for an index that is being built, and the previous version can restart meanwhile', async () => {
  await holdOperations();
  const migrated = migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  await untilWaitingForLocks(database);
  await database.query(
    `BEGIN; SET LOCAL lock_timeout = 100; LOCK TABLE operations, wallets, accounts IN ROW EXCLUSIVE MODE; COMMIT`,
  );
  expect(await readNewest()).toBe(BUILDS - 1);
  await long.query('COMMIT');
  expect(await migrated).toHaveLength(NEWEST_MIGRATION - BUILDS + 1);
  expect(await readIndexes()).toEqual(WHOLE);
  expect(await readNewest()).toBe(NEWEST_MIGRATION);
});

it('an index whose build was interrupted is dropped and built again', async () => {
  await holdOperations();
  const killed = migrateDatabase(url, MIGRATIONS_FOLDER, undefined).catch(String);
  await untilWaitingForLocks(database);
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name NOT LIKE 'test/%'`,
  );
  expect(await killed).toMatch(/terminat|is stopping|not queryable/);
  expect(await readIndexes()).toEqual({ operations_reference: false });
  await long.query('COMMIT');
  await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  expect(await readIndexes()).toEqual(WHOLE);
});

it('an existing index is not built again', async () => {
  await database.query(REFERENCE.statement);
  const read = async (): Promise<unknown> =>
    (await database.query(`SELECT oid FROM pg_class WHERE relname = 'operations_reference'`)).rows;
  const before = await read();
  await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  expect(await read()).toEqual(before);
  expect(await readIndexes()).toEqual(WHOLE);
});

it('a build gives up when a transaction has blocked it for long, and says which to look for', async () => {
  await holdOperations();
  const client = await database.connect();
  try {
    await expect(buildIndex(client, REFERENCE, 200)).rejects.toThrow(
      /^The index operations_reference could not be built: a transaction has been under way for 0.2 s, see xact_start/,
    );
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
    await long.query('COMMIT');
    await buildIndex(client, REFERENCE, 10_000);
  } finally {
    client.release(true);
  }
  expect(await readIndexes()).toEqual({ operations_reference: true });
});

describe('a migration that builds indexes', () => {
  it('is one that says so, with each of its indexes', () => {
    const builds = readIndexBuilds(
      '-- CREATE INDEX CONCURRENTLY IF NOT EXISTS no ON no (no);\nCREATE INDEX CONCURRENTLY IF NOT EXISTS a ON b (c);\n\n' +
        'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS d ON e (f)\n  WHERE g;\n',
    );
    expect(builds.map(({ index, table }) => [index, table])).toEqual([
      ['a', 'b'],
      ['d', 'e'],
    ]);
    expect(readIndexBuilds('CREATE INDEX a ON b (c);')).toEqual([]);
  });

  it('does nothing else, since that would be outside of a transaction too', () => {
    expect(() => readIndexBuilds('CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON b (c);\nDROP TABLE d;')).toThrow(
      'does nothing else',
    );
  });
});
