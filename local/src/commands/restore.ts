import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyzeAll, connectPatiently, countRelations, findHostUrl, readMajor } from '@wallet/shared/database/backup';
import { placeOf } from '@wallet/shared/database/explain-failure';
import { databaseOf, withDatabase } from '@wallet/shared/database/hosts';
import { explaining } from '@wallet/shared/database/migrate/check-database';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import type { Passwords } from '@wallet/shared/database/migrate/roles';
import { type Database, createDatabase } from '@wallet/shared/database/pool';
import { UNDEFINED_DATABASE, sqlstateOf } from '@wallet/shared/database/sqlstate';
import { type Epoch, beginEpoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import { databasePasswords, readSettings, sharedSettings } from '@wallet/shared/process/config';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { ConfigError } from '@wallet/shared/words/config-error';
import { z } from 'zod';
import { lockFolder } from '../claim-data-folder.ts';
import { findClientProgram, readJobs, runClientProgram } from '../client-programs.ts';
import { startPostgres } from '../embedded-postgres.ts';
import { MIGRATIONS_FOLDER, PROJECT_ROOT } from '../project.ts';

const HELP = `npm run restore -- --from FILE [--jobs N]

Restores what npm run backup made into the database of DATABASE_URL, which is made if there is none, and must be empty.
It connects as the user who is to own the schema. Then it does what npm run migrate does: it brings an older schema up
to date, makes the roles and their grants and, for each of these passwords that is set, the user of the role:

  API_DATABASE_PASSWORD, WORKER_DATABASE_PASSWORD, AUDITOR_DATABASE_PASSWORD

Without DATABASE_URL it restores into a DATA_DIR (.data) that has no data yet, for npm start: stop that before, and
leave only webhook.key in the folder.

  --from FILE   the file or folder of npm run backup
  --jobs N      with N connections at once (2 to 64). If that fails, what it has done stays, and the database is to be
                dropped; otherwise everything is restored, or nothing

Start API and workers afterwards, with WEBHOOK_KEY as it was and an empty Redis. Exit status 0 if it is done, 2 if not.`;

const OPTIONS = { from: { type: 'string' }, jobs: { type: 'string' } } as const;

interface Order {
  readonly from: string;
  readonly jobs: number | null;
}

await runCommand({ help: HELP, failed: 'Restoring failed', read: readOrder, run: main });

function readOrder(args: readonly string[]): Order {
  const { from, jobs } = readOptions('npm run restore', args, { options: OPTIONS }).values;
  if (from === undefined || from === '') throw new UsageError('Name the dump to restore, such as --from wallet.dump.');
  return { from: resolve(from), jobs: readJobs(jobs) };
}

async function main(order: Order): Promise<number> {
  const settings = readSettings(
    {
      DATABASE_URL: sharedSettings.DATABASE_URL.optional(),
      DATA_DIR: z.string().default(join(PROJECT_ROOT, '.data')),
      ...databasePasswords,
    },
    process.env,
  );
  if (!existsSync(order.from)) throw new ConfigError(`${order.from} does not exist.`);
  const passwords = {
    api: settings.API_DATABASE_PASSWORD,
    worker: settings.WORKER_DATABASE_PASSWORD,
    auditor: settings.AUDITOR_DATABASE_PASSWORD,
  };
  if (settings.DATABASE_URL === undefined) return restoreForStart(order, resolve(settings.DATA_DIR));
  await restore(order, settings.DATABASE_URL, passwords);
  return 0;
}

/** Into the private server of an `npm start`, which runs only for this. */
async function restoreForStart(order: Order, dataDir: string): Promise<number> {
  if (existsSync(join(dataDir, 'postgres')))
    throw new ConfigError(
      `DATABASE_URL is not set, and ${dataDir} has data. Stop npm start, move the folder away, and put its webhook.key back.`,
    );
  const unlock = lockFolder(dataDir);
  try {
    const server = await startPostgres({ dataDir, path: process.env['PATH'] ?? '' });
    try {
      await restore(order, server.url, {});
    } catch (error) {
      await server.stop();
      // It was created for this, and is empty.
      rmSync(join(dataDir, 'postgres'), { recursive: true, force: true });
      throw error;
    }
    await server.stop();
    return 0;
  } finally {
    await unlock();
  }
}

/** @param passwords of the users that are created. */
async function restore({ from, jobs }: Order, url: string, passwords: Passwords): Promise<void> {
  const began = performance.now();
  await explaining(placeOf(url), () => makeDatabase(url));
  const database = connectPatiently(url, 'wallet-restore', { writes: true });
  try {
    if ((await countRelations(database)) > 0n)
      throw new ConfigError(
        `${placeOf(url)} is not empty. Name another database in DATABASE_URL: it is created if ` + `it does not exist.`,
      );
    const program = findClientProgram('pg_restore', await readMajor(database), process.env['PATH'] ?? '');
    const how = jobs === null ? ['--single-transaction'] : [`--jobs=${jobs}`];
    // The user of DATABASE_URL owns everything; npm run migrate grants the roles their privileges.
    await runClientProgram(program, ['--no-owner', '--no-privileges', '--exit-on-error', ...how, from], {
      url: await findHostUrl(database, url),
      env: process.env,
    });
    print(`restored ${from} in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    const applied = await migrateDatabase(url, MIGRATIONS_FOLDER, undefined, {
      passwords,
      tell: print,
      progress: print,
    });
    print(applied.length > 0 ? `applied: ${applied.join(', ')}` : 'the schema is up to date');
    await analyzeAll(database);
    tellEpoch(await beginRestored(database));
  } finally {
    await database.end();
  }
}

async function makeDatabase(url: string): Promise<void> {
  const database = connectPatiently(url, 'wallet-restore', { writes: true });
  try {
    await database.query('SELECT');
  } catch (error) {
    if (!isOfMissingDatabase(error)) throw error;
    await createDatabase(withDatabase(url, 'postgres'), databaseOf(url));
  } finally {
    await database.end();
  }
}

/** Whether a host has no such database: with several hosts, each has its own error. */
function isOfMissingDatabase(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isOfMissingDatabase);
  if (sqlstateOf(error) === UNDEFINED_DATABASE) return true;
  return error instanceof Error && error.cause !== undefined && isOfMissingDatabase(error.cause);
}

/** A dump from before epochs existed contains none: then this records that the current one is not the first. */
async function beginRestored(database: Database): Promise<Epoch | null> {
  const epoch = await readEpoch(database);
  if (epoch?.reason === 'first') await beginEpoch(database, { since: null, isServed: false });
  return readEpoch(database);
}

function tellEpoch(epoch: Epoch | null): void {
  const until = epoch?.completeUntil?.toISOString() ?? 'an unknown time, since there are no operations';
  print(
    `Epoch ${epoch?.id ?? ''} has begun. What was acknowledged up to ${until} is here.\n` +
      'Next: npm run restore-check and npm run audit, then start API and workers, with an empty Redis.',
  );
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
