import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startPostgres } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { type Database, createPool, databaseAnswers } from '@wallet/shared/database/pool';
import { ROLES } from '@wallet/shared/database/migrate/roles';
import { inDatabase } from '../support/test-database.ts';

/** Roles belong to the whole server: so these tests have their own, and start without any. */
const folder = mkdtempSync(join(tmpdir(), 'wallet-roles-'));
const PASSWORDS = { api: 'the-first-password', worker: "quotes '; DROP", auditor: 'another-password' };

let postgres: EmbeddedPostgres;
let superuser: Database;
beforeAll(async () => {
  postgres = await startPostgres({ dataDir: folder, path: process.env['PATH'] ?? '', settings: { fsync: 'off' } });
  superuser = createPool({ url: postgres.url, name: 'test', size: 1, onError: () => undefined });
  await superuser.query('CREATE ROLE modest LOGIN');
  await superuser.query(`ALTER ROLE modest PASSWORD 'modest'`);
}, 60_000);
afterAll(async () => {
  await superuser.end();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  const { rows } = await superuser.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database WHERE datname LIKE 'test_%'`,
  );
  for (const { name } of rows) await superuser.query(`DROP DATABASE ${name} WITH (FORCE)`);
  for (const role of ROLES) await superuser.query(`DROP ROLE IF EXISTS wallet_${role}, wallet_${role}_login`);
  await superuser.query('ALTER ROLE modest NOCREATEROLE');
});

/** The same database for another user. */
function as(user: string, password: string, url: string): string {
  const target = new URL(url);
  target.username = user;
  target.password = encodeURIComponent(password);
  return target.href;
}

async function migrate(url: string, passwords = {}): Promise<string> {
  const told: string[] = [];
  await migrateDatabase(url, MIGRATIONS_FOLDER, undefined, { passwords, tell: (sentence) => told.push(sentence) });
  return told.join('\n');
}

/** Which roles may insert movements, including everybody. */
async function writersOf(url: string): Promise<string[]> {
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  const { rows } = await database.query<{ grantee: string }>(
    `SELECT grantee FROM information_schema.role_table_grants
     WHERE table_name = 'movements' AND privilege_type = 'INSERT' AND grantee <> grantor ORDER BY 1`,
  );
  await database.end();
  return rows.map(({ grantee }) => grantee);
}

it('databases of one server that are migrated at once share the roles', async () => {
  const urls = await Promise.all(
    ['test_1', 'test_2', 'test_3', 'test_4'].map((name) => inDatabase(postgres.url, name)),
  );
  // Each twice: several starters of one database, and several databases.
  const told = await Promise.all([...urls, ...urls].map((url) => migrate(url, PASSWORDS)));
  expect(told).toEqual(told.map(() => ''));
  for (const url of urls) {
    expect(await writersOf(url)).toEqual(['wallet_worker']);
    for (const role of ROLES) {
      expect(await databaseAnswers(as(`wallet_${role}_login`, PASSWORDS[role], url))).toBe(true);
      expect(await databaseAnswers(as(`wallet_${role}_login`, 'not-the-password', url))).toBe(false);
    }
  }
}, 120_000);

it('a migrator that may not create roles still migrates, and says what is left to do', async () => {
  await superuser.query('CREATE DATABASE test_modest OWNER modest');
  const url = as('modest', 'modest', new URL('/test_modest', postgres.url).href);
  const told = await migrate(url, { api: PASSWORDS.api });
  expect(told).toBe(
    `This user may not create roles. Run this as a user who may, then migrate again:
  CREATE ROLE wallet_api;
  CREATE ROLE wallet_api_login;
  ALTER ROLE wallet_api_login LOGIN PASSWORD '…';
  GRANT wallet_api TO wallet_api_login;
  CREATE ROLE wallet_worker;
  CREATE ROLE wallet_auditor;
No grants were made because a role is missing. Until they are made, only the owner of the schema can use it.`,
  );
  expect(await writersOf(url)).toEqual([]);

  // Its message is enough.
  for (const [, statement] of told.matchAll(/^ {2}(.*);$/gm)) {
    await superuser.query(statement!.replace('…', PASSWORDS.api));
  }
  expect(await migrate(url)).toBe('');
  expect(await writersOf(url)).toEqual(['wallet_worker']);
  expect(await databaseAnswers(as('wallet_api_login', PASSWORDS.api, url))).toBe(true);
}, 60_000);

it('a migrator that may create roles need not be a superuser', async () => {
  await superuser.query('ALTER ROLE modest CREATEROLE');
  await superuser.query('CREATE DATABASE test_modest OWNER modest');
  const url = as('modest', 'modest', new URL('/test_modest', postgres.url).href);
  expect(await migrate(url, PASSWORDS)).toBe('');
  expect(await migrate(url, { ...PASSWORDS, api: 'the-second-password' })).toBe('');
  expect(await writersOf(url)).toEqual(['wallet_worker']);
  expect(await databaseAnswers(as('wallet_api_login', 'the-second-password', url))).toBe(true);
  expect(await databaseAnswers(as('wallet_api_login', PASSWORDS.api, url))).toBe(false);
}, 60_000);

it('additional grants are revoked', async () => {
  const url = await inDatabase(postgres.url, 'test_drift');
  await migrate(url);
  const database = createPool({ url, name: 'test', size: 1, onError: () => undefined });
  await database.query('GRANT ALL ON movements TO wallet_api, PUBLIC');
  await database.query('GRANT UPDATE (balance) ON accounts TO wallet_api');
  expect(await writersOf(url)).toEqual(['PUBLIC', 'wallet_api', 'wallet_worker']);
  await migrate(url);
  expect(await writersOf(url)).toEqual(['wallet_worker']);
  const { rows } = await database.query(
    `SELECT has_column_privilege('wallet_api', 'accounts', 'balance', 'UPDATE') AS held`,
  );
  expect(rows).toEqual([{ held: false }]);
  await database.end();
}, 60_000);
