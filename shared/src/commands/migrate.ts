import { fileURLToPath } from 'node:url';
import { databasePasswords, readSettings, sharedSettings } from '../process/config.ts';
import { migrateDatabase } from '../database/migrate/migrate.ts';
import { readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';

const HELP = `npm run migrate

Brings the database of DATABASE_URL up to date: its schema, its roles and their grants. Safe to repeat. It connects as the
owner of the schema, and not through a pooler. For each of these passwords that is set, it makes the user of the role:

  API_DATABASE_PASSWORD       wallet_api_login
  WORKER_DATABASE_PASSWORD    wallet_worker_login
  AUDITOR_DATABASE_PASSWORD   wallet_auditor_login

PARTITIONS says how many queue partitions a database has that is migrated for the first time (16).
Exit status 0 if it is up to date, 2 if not.`;

await runCommand({
  help: HELP,
  failed: 'Migrating failed',
  read: (args) => readOptions('npm run migrate', args, {}),
  run: migrate,
});

/** The only step that changes the schema. */
async function migrate(): Promise<number> {
  const { DATABASE_URL, PARTITIONS } = sharedSettings;
  const settings = readSettings({ DATABASE_URL, PARTITIONS, ...databasePasswords }, process.env);
  const folder = fileURLToPath(new URL('../../../migrations', import.meta.url));
  const applied = await migrateDatabase(settings.DATABASE_URL, folder, settings.PARTITIONS, {
    passwords: {
      api: settings.API_DATABASE_PASSWORD,
      worker: settings.WORKER_DATABASE_PASSWORD,
      auditor: settings.AUDITOR_DATABASE_PASSWORD,
    },
    tell: (sentence) => process.stderr.write(`${sentence}\n`),
    progress: (sentence) => process.stdout.write(`${sentence}\n`),
  });
  process.stdout.write(applied.length > 0 ? `applied: ${applied.join(', ')}\n` : 'the schema is up to date\n');
  return 0;
}
