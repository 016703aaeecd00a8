import { fileURLToPath } from 'node:url';
import { ConfigError, readSettings, sharedSettings } from '../config.ts';
import { migrateDatabase } from '../database/migrate.ts';

/** `npm run migrate`: brings the database of DATABASE_URL up to date. The one step that changes the schema. */
async function main(): Promise<void> {
  const { DATABASE_URL, PARTITIONS } = sharedSettings;
  const settings = readSettings({ DATABASE_URL, PARTITIONS }, process.env);
  const folder = fileURLToPath(new URL('../../../migrations', import.meta.url));
  const applied = await migrateDatabase(settings.DATABASE_URL, folder, settings.PARTITIONS);
  process.stdout.write(applied.length > 0 ? `applied: ${applied.join(', ')}\n` : 'the schema is up to date\n');
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `Migrating failed: ${String(error)}`}\n`);
  process.exitCode = 1;
});
