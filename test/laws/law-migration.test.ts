import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { createTestDatabase } from '../support/test-database.ts';
import { untilWaitingForLocks } from '../support/until-waiting-for-locks.ts';

/** Every migrate leaves the law as it is written, and is in nobody's way where it is. */
let url: string;
let database: Database;
beforeEach(async () => {
  url = (await createTestDatabase()).databaseUrl;
  database = createPool({ url, name: 'test', size: 2, onError: () => undefined });
});
afterEach(() => database.end());

async function readLaw(): Promise<string[]> {
  const { rows } = await database.query<{ line: string }>(
    `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     UNION ALL SELECT pg_get_triggerdef(oid) || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

it.each([
  ['a trigger missing', 'DROP TRIGGER movements_law ON movements'],
  [
    'an account that no longer keeps where it stood before',
    `CREATE OR REPLACE FUNCTION keep_base() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  ],
  ['a plan that may read a whole table', 'ALTER FUNCTION check_added_movements() RESET enable_seqscan'],
  ['a trigger switched off', 'ALTER TABLE accounts DISABLE TRIGGER accounts_law_update'],
  ['the check at commit missing', 'DROP TRIGGER batches_are_accepted ON batches'],
  [
    'a trigger that looks at less',
    `DROP TRIGGER movements_append_only ON movements;
     CREATE TRIGGER movements_append_only BEFORE DELETE ON movements EXECUTE FUNCTION refuse_change()`,
  ],
  [
    'a function that refuses nothing',
    `CREATE OR REPLACE FUNCTION check_added_failures() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
  ],
  ['a function that looks names up wherever it is called', 'ALTER FUNCTION check_added_movements() RESET search_path'],
])('%s is repaired by the next migrate', async (_what, weaken) => {
  const law = await readLaw();
  await database.query(weaken);
  expect(await readLaw()).not.toEqual(law);
  await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  expect(await readLaw()).toEqual(law);
});

it('a migrate that finds the law as it is written waits for no writer', async () => {
  const writer = await database.connect();
  try {
    await writer.query('BEGIN; LOCK TABLE movements, accounts, operations IN ROW EXCLUSIVE MODE');
    await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  } finally {
    await writer.query('ROLLBACK');
    writer.release();
  }
});

it('a migrate validates the constraints that were added to large tables unchecked, and waits for no writer', async () => {
  await database.query(
    `ALTER TABLE accounts DROP CONSTRAINT accounts_within_credit,
       ADD CONSTRAINT accounts_within_credit CHECK (credit_limit >= 0) NOT VALID`,
  );
  const writer = await database.connect();
  try {
    await writer.query('BEGIN; LOCK TABLE accounts IN ROW EXCLUSIVE MODE');
    await migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
  } finally {
    await writer.query('ROLLBACK');
    writer.release();
  }
  const { rows } = await database.query('SELECT conname FROM pg_constraint WHERE NOT convalidated');
  expect(rows.map(({ conname }) => conname as string)).not.toContain('accounts_within_credit');
});

it('a migrate that replaces the law waits until its tables are free, and then does it', async () => {
  const law = await readLaw();
  await database.query('ALTER TABLE movements DISABLE TRIGGER movements_law');
  const writer = await database.connect();
  try {
    await writer.query('BEGIN; LOCK TABLE movements IN ROW EXCLUSIVE MODE');
    const migrated = migrateDatabase(url, MIGRATIONS_FOLDER, undefined);
    await untilWaitingForLocks(database, 1);
    await writer.query('COMMIT');
    await migrated;
  } finally {
    writer.release();
  }
  expect(await readLaw()).toEqual(law);
});
