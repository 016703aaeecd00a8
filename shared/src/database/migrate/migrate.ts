import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { migrate } from 'postgres-migrations';
import { ConfigError } from '../../words/config-error.ts';
import { applyLaw } from './apply-law.ts';
import { checkServer, explaining } from './check-database.ts';
import { checkMigrating } from './check-schema.ts';
import { placeOf } from '../explain-failure.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import { connectOnce } from '../session.ts';
import { type Passwords, applyGrants, makeRoles } from './roles.ts';
import { readPartitions } from '../tables/settings.ts';

/**
 * Brings the schema up to date, stores the number of partitions at the first run, makes the system accounts of every asset
 * and partition, and then the law, and the roles with their grants. Safe to run from several places at once, and again. Where this user
 * may not make roles, `tell` gets what is to be done by hand: the rest works without.
 * @returns the names of the migrations that were applied.
 * @throws ConfigError if the server, the schema that is there, or the number of partitions does not fit.
 */
export async function migrateDatabase(
  url: string,
  folder: string,
  partitions: number | undefined,
  { passwords = {}, tell = () => undefined }: { passwords?: Passwords; tell?: (sentence: string) => void } = {},
): Promise<string[]> {
  return explaining(placeOf(url), () => bringUpToDate(url, folder, partitions, { passwords, tell }));
}

async function bringUpToDate(
  url: string,
  folder: string,
  partitions: number | undefined,
  { passwords, tell }: { passwords: Passwords; tell: (sentence: string) => void },
): Promise<string[]> {
  const newest = await readNewest(folder);
  const client = await connectOnce(url, { connectMs: CONNECT_MS });
  try {
    await checkServer(client, placeOf(url), { toWrite: true });
    await checkMigrating(client, placeOf(url), newest);
    const applied = await migrate({ client }, folder).catch((error: unknown) => {
      throw changedMigration(error) ?? error;
    });
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
    await repeat(client, join(folder, 'repeatable'), passwords, tell);
    return applied.map((migration) => migration.name);
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
  if (numbers.length === 0) throw new ConfigError(`There are no migrations in ${folder}. Is the program whole?`);
  return Math.max(...numbers);
}

/** The runner compares the files with what was applied. */
function changedMigration(error: unknown): ConfigError | null {
  const names =
    error instanceof Error ? /Hashes don't match for migrations '(.*)'/.exec(error.message)?.[1] : undefined;
  if (names === undefined) return null;
  return new ConfigError(
    `This database was migrated with other files: ${names} differs from what was applied. Use the files of that version.`,
    { cause: error },
  );
}

/** What is applied every time: the law, the settings of functions, the roles and their grants. The lock ends with the connection. */
async function repeat(
  client: pg.Client,
  folder: string,
  passwords: Passwords,
  tell: (sentence: string) => void,
): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1, 0)', [ADVISORY_LOCK.grants]);
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  await applyLaw(client, [await read('law.sql'), await read('functions.sql')]);
  const refused = await makeRoles(client, passwords);
  if (refused.length > 0) {
    const statements = refused.map((statement) => `  ${statement};`).join('\n');
    tell(`This user may not make roles. Somebody who may is to run, and then this again:\n${statements}`);
  }
  const granted = await applyGrants(client, await read('grants.sql'));
  if (!granted)
    tell('No grants were made, since a role is missing. Until then only the owner of the schema can use it.');
}
