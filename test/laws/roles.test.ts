import { urlFor } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool } from '@wallet/shared/database/pool';
import { ROLES, type Role } from '@wallet/shared/database/migrate/roles';
import { constraintOf, sqlstateOf } from '@wallet/shared/database/sqlstate';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** Each process has its own user that may do what it needs and nothing else, even in the wrong hands. */
const DENIED = '42501';
const USERS = ROLES.map((role) => `wallet_${role}_login`);

let service: Service;
let wallet: string;
let users: Record<Role, Database>;
beforeAll(async () => {
  service = await startService();
  wallet = await createFundedWallet(service.url, '10.00');
  // The template's rights come with a copy of it, those on the database itself do not.
  await migrateDatabase(service.databaseUrl, MIGRATIONS_FOLDER, undefined);
  const connect = (role: Role): Database =>
    createPool({ url: urlFor(role, service.databaseUrl), name: role, size: 1, onError: () => undefined });
  users = { api: connect('api'), worker: connect('worker'), auditor: connect('auditor') };
});
afterAll(async () => {
  await Promise.all(Object.values(users).map((user) => user.end()));
  await service.stop();
});

async function refusalOf(user: Database, sql: string): Promise<string> {
  const client = await user.connect();
  try {
    await client.query('BEGIN');
    await client.query(sql);
    return 'permitted';
  } catch (error) {
    return constraintOf(error) ?? sqlstateOf(error) ?? String(error);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/**
 * Every privilege of every role, from the catalog. It is kept beside this test, so that a change is seen in review;
 * `npm test -- laws/roles -u` updates it.
 */
it('each role has the rights that are kept', async () => {
  const { rows } = await service.database.query<{ line: string }>(
    `
    WITH roles AS (SELECT unnest($1::text[]) AS role), tables AS (
      SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
    ), rights AS (
      SELECT unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS held
    )
    SELECT line FROM (
      SELECT role, relname AS name, held, format('%s %s: %s', role, relname, held) AS line
        FROM roles, tables, rights WHERE has_table_privilege(role, oid, held)
      UNION ALL
      SELECT role, relname, held, format('%s %s: %s (%s)', role, relname, held, string_agg(attname, ', ' ORDER BY attname))
        FROM roles, tables, rights, pg_attribute
        WHERE held IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND NOT has_table_privilege(role, tables.oid, held)
          AND attrelid = tables.oid AND attnum > 0 AND NOT attisdropped
          AND has_column_privilege(role, tables.oid, attnum, held)
        GROUP BY role, relname, held
      UNION ALL
      SELECT role, relname, held, format('%s %s: %s', role, relname, held)
        FROM roles, pg_class, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS held
        WHERE relnamespace = 'public'::regnamespace
          AND CASE relkind WHEN 'S' THEN has_sequence_privilege(role, pg_class.oid, held) END
      UNION ALL
      SELECT role, proname, 'EXECUTE', format('%s %s: EXECUTE', role, proname)
        FROM roles, pg_proc
        WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(role, pg_proc.oid, 'EXECUTE')
      UNION ALL
      SELECT role, '', held, format('%s database: %s', role, held)
        FROM roles, unnest(ARRAY['CONNECT', 'CREATE', 'TEMPORARY']) AS held
        WHERE has_database_privilege(role, current_database(), held)
      UNION ALL
      SELECT role, '', held, format('%s schema: %s', role, held)
        FROM roles, unnest(ARRAY['CREATE', 'USAGE']) AS held WHERE has_schema_privilege(role, 'public', held)
    ) AS held ORDER BY role COLLATE "C", name COLLATE "C", held COLLATE "C"`,
    [USERS],
  );
  expect(rows.map((row) => row.line).join('\n')).toMatchSnapshot();
});

it('no running process is more than a user, or owns anything', async () => {
  const { rows } = await service.database.query(`
    SELECT rolname FROM pg_roles
    WHERE rolname LIKE 'wallet\\_%'
      AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
           OR rolcanlogin <> (rolname LIKE '%\\_login')
           OR EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)
           OR EXISTS (SELECT FROM pg_proc WHERE proowner = pg_roles.oid))`);
  expect(rows).toEqual([]);
});

const HISTORY = [
  ...['operations', 'operation_keys', 'movements', 'failures'],
  ...['events', 'event_feed', 'delivery_attempts', 'batch_replays'],
];
/** Rows that a worker deletes when they are old enough, which the law decides (laws/retention-law). */
const MAY_GO = ['events', 'event_feed', 'deliveries', 'delivery_attempts', 'operation_keys'];
it('append-only tables are changed by no running process, nor are keys, which only the API creates and ends', async () => {
  const { rows } = await service.database.query(
    `SELECT role, relname FROM unnest($1::text[]) AS role, pg_class
     WHERE relnamespace = 'public'::regnamespace AND (
       relname = ANY ($2) AND (has_table_privilege(role, oid, 'UPDATE, TRUNCATE')
                               OR has_any_column_privilege(role, oid, 'UPDATE'))
       OR relname = ANY ($2 || $3) AND has_table_privilege(role, oid, 'DELETE')
          AND NOT (role = 'wallet_worker_login' AND relname = ANY ($3))
       OR relname = 'api_keys' AND (has_table_privilege(role, oid, 'DELETE, TRUNCATE')
                                    OR has_any_column_privilege(role, oid, 'INSERT') AND role <> 'wallet_api_login'
                                    OR EXISTS (
                                      SELECT FROM pg_attribute
                                      WHERE attrelid = oid AND attnum > 0 AND attname <> 'revoked_at'
                                        AND has_column_privilege(role, oid, attname, 'UPDATE'))))`,
    [USERS, [...HISTORY, 'audit_log'], MAY_GO],
  );
  expect(rows).toEqual([]);
});

const COLUMN_OF: Record<string, string> = {
  operation_keys: 'operation_id',
  failures: 'error_code',
  events: 'body',
  event_feed: 'position',
  delivery_attempts: 'error',
  batch_replays: 'line',
};
const EVERYBODY: [string, string][] = [
  ...[...HISTORY, 'settings', 'wallets', 'clients', 'assets', 'migrations', 'retention'].flatMap(
    (table): [string, string][] => [
      ...(MAY_GO.includes(table) ? [] : [[`deletes from ${table}`, `DELETE FROM ${table}`] as [string, string]]),
      [`truncates ${table}`, `TRUNCATE ${table} CASCADE`],
    ],
  ),
  ...HISTORY.map((table): [string, string] => [
    `changes ${table}`,
    `UPDATE ${table} SET ${COLUMN_OF[table] ?? 'amount'} = DEFAULT`,
  ]),
  ['takes a wallet from its client', 'UPDATE wallets SET client_id = NULL'],
  ['makes an asset', `INSERT INTO assets VALUES (9, 'NEW', 'New', 2, true)`],
  ['changes the number of partitions', 'UPDATE settings SET partitions = 1'],
  ['gives an account to another wallet', 'UPDATE accounts SET wallet_id = NULL'],
  ['makes a treasury', `INSERT INTO accounts (system, partition, asset_id) VALUES ('treasury', 1000, 4)`],
  ['makes a table', 'CREATE TABLE mine (id int)'],
  ['makes a temporary table', 'CREATE TEMPORARY TABLE movements (id int)'],
  ['makes a schema', 'CREATE SCHEMA mine'],
  ['makes a function', 'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'],
  ['changes a table', 'ALTER TABLE movements ADD COLUMN mine int'],
  ['drops a table', 'DROP TABLE movements'],
  ['replaces a view', 'CREATE OR REPLACE VIEW entries AS SELECT 1 AS mine'],
  ['drops a view', 'DROP VIEW entries'],
  ['drops a trigger', 'DROP TRIGGER movements_law ON movements'],
  ['disables triggers', 'ALTER TABLE movements DISABLE TRIGGER ALL'],
  ['disables one trigger', 'ALTER TABLE movements DISABLE TRIGGER movements_law'],
  ['adds a trigger', 'CREATE TRIGGER mine BEFORE INSERT ON operations EXECUTE FUNCTION refuse_change()'],
  ['drops a constraint', 'ALTER TABLE accounts DROP CONSTRAINT accounts_within_credit'],
  [
    'replaces a function',
    `CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'`,
  ],
  ['changes the setting of a function', 'ALTER FUNCTION check_added_movements() RESET ALL'],
  ['switches triggers off for the session', 'SET session_replication_role = replica'],
  ['becomes the superuser', 'SET ROLE postgres'],
  ['becomes the superuser for the session', 'SET SESSION AUTHORIZATION postgres'],
  ['makes a user', 'CREATE ROLE mine LOGIN'],
  ['changes a setting of the server', 'ALTER ROLE wallet_api SET search_path = mine'],
  ['reads a file of the server', `SELECT pg_read_file('postgresql.conf')`],
  ['runs a program on the server', `COPY (SELECT 1) TO PROGRAM 'true'`],
  ['reads the passwords', 'SELECT rolpassword FROM pg_authid'],
  ['gives another a role', 'GRANT wallet_worker TO wallet_auditor'],
];
const DENIALS: [Role, string, string][] = [
  ...ROLES.flatMap((role) => EVERYBODY.map(([what, sql]): [Role, string, string] => [role, what, sql])),
  ...MAY_GO.flatMap((table): [Role, string, string][] =>
    (['api', 'auditor'] as const).map((role) => [role, `deletes from ${table}`, `DELETE FROM ${table}`]),
  ),
  ['api', 'raises the floor of the feed', 'UPDATE retention SET feed_floor = 5'],
  ['api', 'adds a movement', `INSERT INTO movements (operation_id) VALUES (gen_random_uuid())`],
  ['api', 'adds a failure', `INSERT INTO failures (operation_id) VALUES (gen_random_uuid())`],
  ['api', 'changes a balance', `UPDATE accounts SET balance = 1000000`],
  ['api', 'changes a version', `UPDATE accounts SET version = version + 1`],
  ['api', 'says which operation was the last of an account', `UPDATE accounts SET last_operation_id = NULL`],
  ['api', 'says where an account stood before', `UPDATE accounts SET base_version = 0, base_balance = 0`],
  [
    'api',
    'says the hash of a wallet itself',
    `INSERT INTO accounts (wallet_id, asset_id, wallet_hash) SELECT id, 4, 5 FROM wallets`,
  ],
  [
    'api',
    'begins an account with a balance',
    `INSERT INTO accounts (wallet_id, asset_id, balance) SELECT id, 4, 5 FROM wallets`,
  ],
  ['api', 'drops what waits', 'DELETE FROM pending_operations'],
  ['api', 'reads what a worker alone reads', 'SELECT FROM unrelayed_events'],
  ['api', 'says that a batch has succeeded', 'UPDATE batch_totals SET succeeded = lines'],
  ['api', 'moves a batch on', 'UPDATE batch_parts SET after_id = last_id'],
  ['api', 'becomes a worker', 'SET ROLE wallet_worker'],
  ['worker', 'adds an asset', `SELECT add_asset('NEW', 'New', 2, true)`],
  ['auditor', 'adds an asset', `SELECT add_asset('NEW', 'New', 2, true)`],
  ['worker', 'adds a house account', `SELECT add_house_account('mine', true)`],
  ['auditor', 'adds a house account', `SELECT add_house_account('mine', true)`],
  ['api', 'adds a house account by itself', `INSERT INTO house_accounts (name, may_go_negative) VALUES ('mine', true)`],
  ['api', 'lets a house account go below zero', 'UPDATE house_accounts SET may_go_negative = true'],
  ['worker', 'accepts an operation', `INSERT INTO operations (id) VALUES (gen_random_uuid())`],
  ['worker', 'keeps a key', `INSERT INTO operation_keys (key_hash) VALUES (gen_random_uuid())`],
  ['worker', 'says where an account stood before', `UPDATE accounts SET base_version = 0, base_balance = 0`],
  ['worker', 'says the hash of a wallet itself', `UPDATE accounts SET wallet_hash = 0`],
  [
    'worker',
    'lets an operation wait',
    `INSERT INTO pending_operations VALUES (0, 1, gen_random_uuid(), gen_random_uuid(), now())`,
  ],
  ['worker', 'accepts a batch', `SELECT accept_batch(gen_random_uuid())`],
  ['worker', 'makes a batch', `INSERT INTO batches (id, priority, atomic) VALUES (gen_random_uuid(), 'low', false)`],
  ['worker', 'draws a number of acceptance', `SELECT nextval('operation_seq')`],
  ['worker', 'makes a wallet', `INSERT INTO wallets (id, asset_id) VALUES (gen_random_uuid(), 4)`],
  ['worker', 'makes an account', `INSERT INTO accounts (wallet_id, asset_id) VALUES (gen_random_uuid(), 4)`],
  ['worker', 'thaws a wallet', `UPDATE accounts SET status = 'active'`],
  ['worker', 'reads clients', 'SELECT FROM clients'],
  ['worker', 'has webhooks go elsewhere', `UPDATE webhook_endpoints SET url = 'https://example.com'`],
  ['worker', 'makes a webhook endpoint', `INSERT INTO webhook_endpoints (id) VALUES (gen_random_uuid())`],
  ['worker', 'becomes the api', 'SET ROLE wallet_api'],
  ['auditor', 'reads the secrets of webhooks', 'SELECT sealed_secret FROM webhook_endpoints'],
  ['auditor', 'deletes a checkpoint of its audits', 'DELETE FROM audit_checkpoints'],
  ['worker', 'says how far an audit has got', 'UPDATE audit_progress SET operations_up_to = gen_random_uuid()'],
  ['auditor', 'locks what it reads', 'SELECT FROM accounts FOR UPDATE'],
  ['auditor', 'locks a table', 'LOCK TABLE movements IN EXCLUSIVE MODE'],
  ...[
    ...['clients', 'operations', 'operation_keys', 'pending_operations', 'movements', 'failures', 'accounts'],
    ...['events', 'deliveries'],
  ].map((table): [Role, string, string] => ['auditor', `adds to ${table}`, `INSERT INTO ${table} DEFAULT VALUES`]),
];

it.each(DENIALS)('is denied: the %s %s', async (role, _what, sql) => {
  expect(await refusalOf(users[role], sql)).toBe(DENIED);
});

// Otherwise the denials above could be those of users who can do nothing at all.
it.each<[Role, string]>([
  ['api', 'SELECT balance FROM accounts FOR UPDATE'],
  ['api', `UPDATE accounts SET status = 'frozen'`],
  ['worker', 'SELECT balance FROM accounts FOR UPDATE'],
  ['worker', 'UPDATE accounts SET updated_at = now()'],
  ['worker', 'UPDATE accounts SET last_operation_id = last_operation_id'],
  ['auditor', 'SELECT count(*) FROM movements, failures, operation_keys'],
  ['auditor', 'SELECT count(*) FROM entries, outcomes'],
  ['auditor', 'SELECT url FROM webhook_endpoints'],
])('is permitted: the %s does %s', async (role, sql) => {
  expect(await refusalOf(users[role], sql)).toBe('permitted');
});

describe('the law', () => {
  const shadow = (account: string): string => `
    CREATE TEMPORARY TABLE movements AS
      SELECT last_operation_id AS operation_id, id AS to_account_id, 9::bigint AS to_version, 5::numeric AS to_balance,
             NULL::bigint AS from_account_id, NULL::bigint AS from_version, NULL::numeric AS from_balance
      FROM accounts;
    UPDATE accounts SET version = 9, balance = 5 WHERE id = ${account}`;

  it('does not mistake a temporary table for the ledger', async () => {
    const account = `(SELECT id FROM accounts WHERE wallet_id = '${wallet}')`;
    // As the superuser, who may make one: the functions look where they are told to, for every caller.
    expect(await refusalOf(service.database, shadow(account))).toBe('accounts_follow_entries');
  });

  it('consists of functions that each set their search_path, except the one that names nothing', async () => {
    const { rows } = await service.database.query(
      `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
       AND NOT coalesce(proconfig, '{}') @> ARRAY['search_path=public, pg_temp']`,
    );
    expect(rows).toEqual([{ proname: 'keep_base' }]);
  });
});
