import pg from 'pg';
import { migrate } from 'postgres-migrations';
import { readPartitions } from './tables/settings.ts';

/**
 * Brings the schema up to date, stores the number of partitions at the first run, and makes the system accounts of every
 * asset and partition. Safe to run from several places at once, and again.
 * @returns the names of the migrations that were applied.
 * @throws ConfigError if the database was made for another number of partitions.
 */
export async function migrateDatabase(url: string, folder: string, partitions: number | undefined): Promise<string[]> {
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
    return applied.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

const DEFAULT_PARTITIONS = 16;
