import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from 'postgres-migrations';
import { ADVISORY_LOCK } from './locks.ts';
import { type Passwords, applyGrants, makeRoles } from './roles.ts';
import { readPartitions } from './tables/settings.ts';

/**
 * Brings the schema up to date, stores the number of partitions at the first run, makes the system accounts of every asset
 * and partition, and then the roles with their grants. Safe to run from several places at once, and again. Where this user
 * may not make roles, `tell` gets what is to be done by hand: the rest works without.
 * @returns the names of the migrations that were applied.
 * @throws ConfigError if the database was made for another number of partitions.
 */
export async function migrateDatabase(
  url: string,
  folder: string,
  partitions: number | undefined,
  { passwords = {}, tell = () => undefined }: { passwords?: Passwords; tell?: (sentence: string) => void } = {},
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const applied = await migrate({ client }, folder);
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

const DEFAULT_PARTITIONS = 16;

/** What is applied every time: the settings of functions, the roles and their grants. The lock ends with the connection. */
async function repeat(
  client: pg.Client,
  folder: string,
  passwords: Passwords,
  tell: (sentence: string) => void,
): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1, 0)', [ADVISORY_LOCK.grants]);
  await client.query(await readFile(join(folder, 'functions.sql'), 'utf8'));
  const refused = await makeRoles(client, passwords);
  if (refused.length > 0) {
    const statements = refused.map((statement) => `  ${statement};`).join('\n');
    tell(`This user may not make roles. Somebody who may is to run, and then this again:\n${statements}`);
  }
  const granted = await applyGrants(client, await readFile(join(folder, 'grants.sql'), 'utf8'));
  if (!granted)
    tell('No grants were made, since a role is missing. Until then only the owner of the schema can use it.');
}
