import { resolve } from 'node:path';
import { z } from 'zod';
import { type Month, isMonth } from '../words/month.ts';
import { ConfigError } from '../words/config-error.ts';
import { archiveMonths } from '../database/archive.ts';
import { verifyArchive } from '../database/archive/verify.ts';
import { placeOf } from '../database/explain-failure.ts';
import { refusePooler } from '../database/migrate/check-pooler.ts';
import { checkDatabase, explaining } from '../database/migrate/check-database.ts';
import { type Database, createPool } from '../database/pool.ts';
import { readSettings, sharedSettings } from '../process/config.ts';
import { explainFileFailure } from '../process/explain-file-failure.ts';
import { UsageError, readOptions } from '../process/read-options.ts';
import { runCommand } from '../process/run-command.ts';

const HELP = `npm run archive -- --before 2026-01 [--to DIR]
npm run archive -- --verify [--to DIR]

Writes what has ended in the months before the one named, in UTC, from the database of DATABASE_URL to files: a folder for each
month, with operations, movements, failures and checkpoints of the accounts as CSV, compressed with gzip, and a manifest with
their hashes. Then it deletes from the database what is in the files, in small pieces, while the service runs. It connects
as the owner of the schema. Stopped at any moment and run again, it continues. Keep the files: nothing else has that history.

  --before YYYY-MM   archive all months before this one. A month can be archived a day after its end.
  --to DIR           the folder of the archive (archive)
  --verify           check the files of the archive instead: their hashes, the chain of months, and that the movements of
                     every account lead from one checkpoint to the next. If DATABASE_URL is set, also check that they are
                     what the database has noted. Nothing is written.

Exit status 0 if it is done, 1 if --verify found anything wrong, 2 if it could not be done.`;

const OPTIONS = {
  before: { type: 'string' },
  to: { type: 'string', default: 'archive' },
  verify: { type: 'boolean', default: false },
} as const;

/** `before` is null if archives are only verified. */
interface Order {
  readonly before: Month | null;
  readonly to: string;
}

await runCommand({ help: HELP, failed: 'Archiving failed', read: readOrder, run: main });

function readOrder(args: readonly string[]): Order {
  const { before, to, verify } = readOptions('npm run archive', args, { options: OPTIONS }).values;
  if (verify && before !== undefined) throw new UsageError('--verify checks the whole archive: leave out --before.');
  if (!verify && before === undefined)
    throw new UsageError('Say which months to archive, such as --before 2026-01. See npm run archive -- --help.');
  if (before !== undefined && !isMonth(before))
    throw new UsageError(`--before must be a month such as 2026-01, not ${before}. See npm run archive -- --help.`);
  if (to === '') throw new UsageError('--to must be a folder. See npm run archive -- --help.');
  return { before: before ?? null, to: resolve(to) };
}

async function main({ before, to }: Order): Promise<number> {
  return before === null ? verify(to) : archive(before, to);
}

async function archive(before: Month, to: string): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: sharedSettings.DATABASE_URL }, process.env);
  const database = connect(url, true);
  try {
    await explaining(placeOf(url), () => refusePooler(url, 'npm run archive'));
    await checkDatabase(database, url, 'archive');
    const client = await database.connect();
    try {
      const explain = explainFileFailure;
      const operations = await archiveMonths(client, { before, to, tell: print, explain });
      if (operations === 0) print(`there is nothing to archive before ${before}`);
    } finally {
      // Runs with the lock and the temporary tables.
      client.release(true);
    }
    return 0;
  } finally {
    await database.end();
  }
}

async function verify(to: string): Promise<number> {
  const { DATABASE_URL: url } = readSettings({ DATABASE_URL: z.optional(sharedSettings.DATABASE_URL) }, process.env);
  const database = url === undefined ? null : connect(url, false);
  try {
    if (database !== null && url !== undefined) await checkDatabase(database, url, 'verify');
    const { months, operations, wrong } = await verifyArchive(to, database, print).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'scandir')
        throw new ConfigError(`There is no archive in ${to}: ${explainFileFailure(error)}. Name its folder with --to.`);
      throw error;
    });
    print(`months checked: ${months}, operations: ${operations}, violations: ${wrong}`);
    return wrong === 0 ? 0 : 1;
  } finally {
    await database?.end();
  }
}

function connect(url: string, writes: boolean): Database {
  const settings = { lock_timeout: '1000' };
  return createPool({
    ...{ url, name: 'wallet-archive', size: 1, statementMs: 0, settings, writes },
    onError: () => undefined,
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
