import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { loadAssets } from '@wallet/shared/database/assets';
import { auditDatabase } from '@wallet/shared/database/audit';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { NEWEST_MIGRATION } from '@wallet/shared/database/program';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { sqlstateOf } from '@wallet/shared/database/sqlstate';
import { newId } from '@wallet/shared/words/ids';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { inDatabase } from '../support/test-database.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';
import { acceptAsBefore, askFor, drainAsBefore, migrateUpTo } from '../support/version-before.ts';

/**
 * A database of the previous version is migrated while that version works on it: nothing is lost, and nothing waits for
 * long.
 */
let url: string;
let database: Database;
let wallets: string[];
let made = 0;
beforeEach(async () => {
  made += 1;
  url = await inDatabase(process.env['TEST_DATABASE_URL'] ?? '', `test_movements_${process.pid}_${made}`);
  database = createPool({ url, name: 'test', size: 4, onError: () => undefined });
  await migrateUpTo(database, 10);
  wallets = Array.from({ length: 20 }, newId);
  await database.query(
    `WITH made AS (INSERT INTO wallets (id, asset_id) SELECT id, 4 FROM unnest($1::uuid[]) AS id RETURNING *)
     INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM made`,
    [wallets],
  );
  await keepWhatIsWritten();
});
afterEach(() => database.end());

/** Every write is recorded, and compared with its result. */
async function keepWhatIsWritten(): Promise<void> {
  await database.query(
    `CREATE SCHEMA kept;
     CREATE FUNCTION kept.keep() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN EXECUTE format('INSERT INTO kept.%I SELECT * FROM added', TG_TABLE_NAME); RETURN NULL; END $$`,
  );
  for (const table of ['entries', 'outcomes', 'operations'])
    await database.query(
      `CREATE TABLE kept.${table} AS TABLE ${table};
       CREATE TRIGGER keep AFTER INSERT ON ${table} REFERENCING NEW TABLE AS added
         FOR EACH STATEMENT EXECUTE FUNCTION kept.keep()`,
    );
}

const DEADLOCK = '40P01';

/** Works as a process of the previous version until the schema no longer lets it. @returns why it stopped. */
async function workUntilRefused(work: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await work();
    } catch (error) {
      // A migration locks whole tables: a deadlock with it is retried, as processes do.
      if (sqlstateOf(error) !== DEADLOCK) return String(error);
    }
  }
}

async function readNewest(): Promise<number | undefined> {
  const { rows } = await database.query<{ newest: number }>('SELECT max(id) AS newest FROM migrations');
  return rows[0]?.newest;
}

async function makeHistory(operations: number): Promise<void> {
  for (let done = 0; done < operations; done += 500) {
    await acceptAsBefore(database, askFor(wallets, Math.min(500, operations - done)));
    await drainAsBefore(database, 450);
  }
}

const OUTCOME = `operation_id, status, error_code, wallet_balance, wallet_version, to_wallet_balance, to_wallet_version, completed_at`;
const ENTRY = 'account_id, version, operation_id, amount, balance, created_at, asset_id';

/** Everything that was written is unchanged, and nothing else is there. */
async function expectAllKept(): Promise<void> {
  const { rows } = await database.query(
    `SELECT 'entry' AS what, operation_id FROM
       ((TABLE each_before EXCEPT ALL TABLE each_now) UNION ALL (TABLE each_now EXCEPT ALL TABLE each_before)) AS differing
     UNION ALL SELECT 'outcome', operation_id FROM
       ((TABLE ended_before EXCEPT ALL TABLE ended_now) UNION ALL (TABLE ended_now EXCEPT ALL TABLE ended_before)) AS differing
     UNION ALL SELECT 'key', id FROM
       ((TABLE keys_before EXCEPT ALL TABLE keys_now) UNION ALL (TABLE keys_now EXCEPT ALL TABLE keys_before)) AS differing
     LIMIT 10`
      .replaceAll('TABLE each_before', `SELECT ${ENTRY} FROM kept.entries`)
      .replaceAll('TABLE each_now', `SELECT ${ENTRY} FROM entries`)
      .replaceAll('TABLE ended_before', `SELECT ${OUTCOME} FROM kept.outcomes`)
      .replaceAll('TABLE ended_now', `SELECT ${OUTCOME} FROM outcomes`)
      .replaceAll(
        'TABLE keys_before',
        `SELECT id, encode(substr(sha256(convert_to(idempotency_key, 'UTF8')), 1, 16), 'hex')::uuid,
                encode(substr(request_hash, 1, 16), 'hex')::uuid
         FROM kept.operations WHERE idempotency_key IS NOT NULL`,
      )
      .replaceAll('TABLE keys_now', 'SELECT operation_id AS id, key_hash, request_hash FROM operation_keys'),
  );
  expect(rows).toEqual([]);
}

async function countKept(): Promise<{ operations: number; outcomes: number; failed: number }> {
  const { rows } = await database.query<{ operations: number; outcomes: number; failed: number }>(
    `SELECT (SELECT count(*) FROM kept.operations)::int AS operations, count(*)::int AS outcomes,
            count(*) FILTER (WHERE status = 'failed')::int AS failed FROM kept.outcomes`,
  );
  if (rows[0] === undefined) throw new Error('nothing was counted');
  return rows[0];
}

async function expectApplicable(): Promise<void> {
  await database.query('DROP SCHEMA kept CASCADE');
  const assets = await loadAssets(database);
  for (let more = true; more;) {
    const { states, faults } = await drainPartitions({ database, assets }, [0], 'high', 500);
    expect(faults).toEqual([]);
    more = states.get(0) !== 'empty';
  }
  const violations: unknown[] = [];
  await auditDatabase(database, (violation) => violations.push(violation));
  expect(violations).toEqual([]);
}

it('history is copied while the previous version accepts and applies, and its pending operations are applied', async () => {
  await makeHistory(7_000);
  const before = await countKept();
  const accepting = workUntilRefused(() => acceptAsBefore(database, askFor(wallets, 7)));
  const draining = workUntilRefused(() => drainAsBefore(database, 5));
  await migrateDatabase(url, MIGRATIONS_FOLDER, 1);
  expect(await accepting).toMatch('"request_hash" of relation "operations" does not exist');
  expect(await draining).toMatch('cannot insert into view');
  const after = await countKept();
  expect(after.operations).toBeGreaterThan(before.operations);
  expect(after.outcomes).toBeGreaterThan(before.outcomes);
  expect(after.failed).toBeGreaterThan(100);
  await expectAllKept();
  await expectApplicable();
}, 60_000);

it('a migration that was killed while it copied leaves the previous version at work, and continues', async () => {
  await makeHistory(5_000);
  const killed = migrateDatabase(url, MIGRATIONS_FOLDER, 1).catch(String);
  const isCopying = async (): Promise<boolean> =>
    (await database.query('SELECT FROM movements_copied WHERE operations > 0').catch(() => null))?.rowCount === 1;
  while (!(await Promise.race([isCopying(), killed.then(String)])));
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name NOT LIKE 'test/%'`,
  );
  expect(await killed).toMatch(/terminat|is stopping|not queryable/);
  // A process of the version before starts on this.
  expect(await readNewest()).toBe(10);
  await makeHistory(500);
  await migrateDatabase(url, MIGRATIONS_FOLDER, 1);
  await expectAllKept();
  await expectApplicable();
}, 60_000);

it.each([
  ['an entry is missing', 'DELETE FROM entries WHERE operation_id = $1 AND amount > 0'],
  ['an entry is of another amount', 'UPDATE entries SET amount = amount + 1 WHERE operation_id = $1 AND amount > 0'],
  ['an entry is of another moment', 'UPDATE entries SET created_at = now() WHERE operation_id = $1 AND amount > 0'],
  ['there is an outcome without an entry', 'DELETE FROM entries WHERE operation_id = $1'],
  ['there are entries without an outcome', 'DELETE FROM outcomes WHERE operation_id = $1'],
  [
    'an outcome says another balance',
    'UPDATE outcomes SET wallet_balance = wallet_balance + 1 WHERE operation_id = $1',
  ],
  [
    'a failure has entries',
    `UPDATE outcomes SET status = 'failed', error_code = 'wallet_frozen' WHERE operation_id = $1`,
  ],
])('nothing is dropped where %s', async (_what, change) => {
  await makeHistory(20);
  const { rows } = await database.query<{ id: string }>(
    `SELECT operation_id AS id FROM outcomes WHERE status = 'succeeded' ORDER BY operation_id DESC LIMIT 1`,
  );
  const client = await database.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query(change, [rows[0]?.id]);
  } finally {
    client.release(true);
  }
  await expect(migrateDatabase(url, MIGRATIONS_FOLDER, 1)).rejects.toThrow(
    `operation ${rows[0]?.id} was not copied as it is`,
  );
  const { rows: tables } = await database.query(
    `SELECT relname FROM pg_class WHERE oid IN ('entries'::regclass, 'outcomes'::regclass) AND relkind = 'r' ORDER BY 1`,
  );
  expect(tables).toEqual([{ relname: 'entries' }, { relname: 'outcomes' }]);
});

it('the copy refuses a place on an account that another movement has', async () => {
  await makeHistory(20);
  await migrateUpTo(database, 11);
  await database.query(
    `INSERT INTO movements (operation_id, from_account_id, from_version, from_balance, to_account_id, to_version, to_balance,
                            amount, asset_id)
     SELECT gen_random_uuid(), account_id, version, 0, -1, 1, 1, 1, 4 FROM entries WHERE amount < 0 LIMIT 1`,
  );
  await expect(database.query('SELECT copy_movements(100)')).rejects.toThrow('movements_from');
});

it('an outcome whose movement cannot be mirrored is refused', async () => {
  await migrateUpTo(database, 11);
  await database.query('ALTER TABLE outcomes DISABLE TRIGGER outcomes_law');
  const [asked] = askFor(wallets, 1);
  await acceptAsBefore(database, asked === undefined ? [] : [asked]);
  await expect(
    database.query(
      `INSERT INTO outcomes (operation_id, status, wallet_balance, wallet_version) VALUES ('${asked?.id}', 'succeeded', 0, 0)`,
    ),
  ).rejects.toThrow('an outcome has no movement');
});

it('a process that waits for the schema starts when it exists, and one that does not wait says what is missing', async () => {
  await expect(checkDatabase(database, url, 'worker')).rejects.toThrow('has a schema older than this program');
  const waiting = checkDatabase(database, url, 'worker', 60_000).then(readNewest);
  await migrateDatabase(url, MIGRATIONS_FOLDER, 1);
  expect(await waiting).toBe(NEWEST_MIGRATION);
});

it('a long transaction neither fails the migration nor makes others wait behind it for long', async () => {
  await makeHistory(20);
  const long = await database.connect();
  await long.query(
    `BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; LOCK TABLE operations IN ROW EXCLUSIVE MODE`,
  );
  const migrated = migrateDatabase(url, MIGRATIONS_FOLDER, 1);
  try {
    for (let times = 0; times < 3; times += 1) {
      await untilWaitingForLocks(database, 1);
      const began = performance.now();
      await acceptAsBefore(database, askFor(wallets, 1));
      expect(performance.now() - began).toBeLessThan(2_000);
    }
  } finally {
    await long.query('COMMIT');
    long.release();
  }
  await migrated;
  await expectAllKept();
  await expectApplicable();
}, 60_000);
