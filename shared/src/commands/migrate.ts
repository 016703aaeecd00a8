import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError, readSettings, sharedSettings } from '../config.ts';
import { migrateDatabase } from '../database/migrate.ts';

/** Postgres is sent a hash of it, made here: of other characters there is more than one spelling. */
const password = z
  .string()
  .regex(/^[!-~]{8,200}$/, 'must be 8 to 200 letters, digits and signs of ASCII')
  .optional();

/**
 * `npm run migrate`: brings the database of DATABASE_URL up to date, and its roles with it. The one step that changes the
 * schema. For each password that is set, it makes the user `wallet_api_login`, `wallet_worker_login`, `wallet_auditor_login`.
 */
async function main(): Promise<void> {
  const { DATABASE_URL, PARTITIONS } = sharedSettings;
  const settings = readSettings(
    {
      ...{ DATABASE_URL, PARTITIONS },
      ...{ API_DATABASE_PASSWORD: password, WORKER_DATABASE_PASSWORD: password, AUDITOR_DATABASE_PASSWORD: password },
    },
    process.env,
  );
  const folder = fileURLToPath(new URL('../../../migrations', import.meta.url));
  const applied = await migrateDatabase(settings.DATABASE_URL, folder, settings.PARTITIONS, {
    passwords: {
      api: settings.API_DATABASE_PASSWORD,
      worker: settings.WORKER_DATABASE_PASSWORD,
      auditor: settings.AUDITOR_DATABASE_PASSWORD,
    },
    tell: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  process.stdout.write(applied.length > 0 ? `applied: ${applied.join(', ')}\n` : 'the schema is up to date\n');
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : `Migrating failed: ${String(error)}`}\n`);
  process.exitCode = 1;
});
