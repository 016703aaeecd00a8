import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { ConfigError } from '../../words/config-error.ts';
import { applyLaw } from './apply-law.ts';
import { explaining } from './check-database.ts';
import { refusePooler } from './check-pooler.ts';
import { checkMigrating } from './check-schema.ts';
import { placeOf } from '../explain-failure.ts';
import { connectOnce } from '../connect.ts';
import { limitRoles } from './role-settings.ts';
import { type Passwords, applyGrants, makeRoles } from './roles.ts';
import { runMigrations } from './run-migrations.ts';
import { readPartitions } from '../tables/settings.ts';
import { validateConstraints } from './validate-constraints.ts';

/**
 * Brings the schema up to date, stores the number of partitions on the first run, creates the system accounts of every
 * asset and partition, and then applies the law and the roles with their grants. Safe to run concurrently and
 * repeatedly. If this user may not create roles, `tell` gets the statements to run by hand; everything else works
 * without. `progress` gets a sentence every few seconds.
 * @returns the names of the applied migrations.
 * @throws ConfigError if the server, the existing schema, or the number of partitions does not fit.
 */
export async function migrateDatabase(
  url: string,
  folder: string,
  partitions: number | undefined,
  { passwords = {}, tell = () => undefined, progress = () => undefined }: Options = {},
): Promise<string[]> {
  return explaining(placeOf(url), () => bringUpToDate(url, folder, partitions, { passwords, tell, progress }));
}

interface Options {
  readonly passwords?: Passwords;
  readonly tell?: (sentence: string) => void;
  readonly progress?: (sentence: string) => void;
}

async function bringUpToDate(
  url: string,
  folder: string,
  partitions: number | undefined,
  { passwords, tell, progress }: Required<Options>,
): Promise<string[]> {
  const newest = await readNewest(folder);
  await refusePooler(url, 'npm run migrate');
  const client = await connectOnce(url, { connectMs: CONNECT_MS, writes: true });
  try {
    const isFresh = await checkMigrating(client, placeOf(url), newest);
    if (!isFresh && (await hasSettings(client))) await readPartitions(client, partitions);
    const repeatable = await readRepeatable(folder);
    const refused = await makeRoles(client, passwords);
    if (refused.length > 0) {
      const statements = refused.map((statement) => `  ${statement};`).join('\n');
      tell(`This user may not create roles. Run this as a user who may, then migrate again:\n${statements}`);
    }
    await limitRoles(client);
    const grants = { made: false };
    const finish = async (): Promise<void> => {
      await makeSystemAccounts(client, partitions);
      await applyLaw(client, [repeatable.law, repeatable.functions]);
      grants.made = await applyGrants(client, repeatable.grants);
    };
    const applied = await runMigrations(client, folder, finish, progress);
    await validateConstraints(client);
    if (!grants.made)
      tell(
        'No grants were made because a role is missing. Until they are made, only the owner of the schema can use ' +
          'it.',
      );
    return applied;
  } finally {
    await client.end();
  }
}

const CONNECT_MS = 10_000;
const DEFAULT_PARTITIONS = 16;

/** The number of the last migration in the folder. @throws ConfigError if there is none. */
async function readNewest(folder: string): Promise<number> {
  const files = await readdir(folder).catch(() => []);
  const numbers = files.flatMap((file) => /^0*(\d+)_.*\.sql$/.exec(file)?.[1] ?? []).map(Number);
  if (numbers.length === 0)
    throw new ConfigError(`There are no migrations in ${folder}. Is the installation ` + `complete?`);
  return Math.max(...numbers);
}

/** The parts that are applied every time: the law, the settings of functions, and the grants. */
async function readRepeatable(folder: string): Promise<Record<'law' | 'functions' | 'grants', string>> {
  const read = (name: string): Promise<string> => readFile(join(folder, 'repeatable', `${name}.sql`), 'utf8');
  return { law: await read('law'), functions: await read('functions'), grants: await read('grants') };
}

/** Missing if the first run was interrupted. */
async function hasSettings(client: pg.ClientBase): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM settings');
  return rowCount === 1;
}

async function makeSystemAccounts(client: pg.ClientBase, partitions: number | undefined): Promise<void> {
  await client.query('INSERT INTO settings (partitions) VALUES ($1) ON CONFLICT DO NOTHING', [
    partitions ?? DEFAULT_PARTITIONS,
  ]);
  await readPartitions(client, partitions);
  await client.query(
    `INSERT INTO accounts (system, asset_id, partition)
     SELECT 'treasury', assets.id, partition
     FROM assets, settings, generate_series(0, settings.partitions - 1) AS partition
     ON CONFLICT DO NOTHING`,
  );
  await client.query(
    `INSERT INTO accounts (system, asset_id, may_go_negative)
     SELECT house_accounts.name, assets.id, house_accounts.may_go_negative
     FROM house_accounts, assets WHERE house_accounts.name <> 'treasury'
     ON CONFLICT DO NOTHING`,
  );
}
