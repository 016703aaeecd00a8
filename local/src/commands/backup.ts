import { existsSync, lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type BackupFacts,
  type ExportedSnapshot,
  connectPatiently,
  inExportedSnapshot,
  readMajor,
} from '@wallet/shared/database/backup';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { readSettings, sharedSettings } from '@wallet/shared/process/config';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { ConfigError } from '@wallet/shared/words/config-error';
import { z } from 'zod';
import { findClientProgram, readJobs, runClientProgram } from '../client-programs.ts';
import { findOwnServer } from '../find-own-server.ts';
import { PROJECT_ROOT } from '../project.ts';

const HELP = `npm run backup -- --to FILE [--jobs N]

Dumps the database of DATABASE_URL with pg_dump while the service runs: one consistent snapshot, in the custom format,
readable by this user alone. It connects as the owner of the schema, or on a standby. Without DATABASE_URL it dumps what
an npm start serves from DATA_DIR (.data). Until it has ended, what the service has finished with cannot be cleared
away, and queues get slower to read.

  --to FILE   the file to make; it must not exist
  --jobs N    make a folder instead, with N connections at once (2 to 64)

What is not in it: the passwords of the users of the database (npm run restore makes the users), and WEBHOOK_KEY,
without which the secrets of webhooks in it cannot be read. Keep that apart. Exit status 0 if it is made, 2 if not.`;

const OPTIONS = { to: { type: 'string' }, jobs: { type: 'string' } } as const;

interface Order {
  readonly to: string;
  readonly jobs: number | null;
}

await runCommand({ help: HELP, failed: 'The backup failed', read: readOrder, run: backup });

function readOrder(args: readonly string[]): Order {
  const { to, jobs } = readOptions('npm run backup', args, { options: OPTIONS }).values;
  if (to === undefined || to === '') throw new UsageError('Name the file to write, such as --to wallet.dump.');
  return { to: resolve(to), jobs: readJobs(jobs) };
}

async function backup({ to, jobs }: Order): Promise<number> {
  const url = readUrl(process.env);
  if (existsSync(to)) throw new ConfigError(`${to} exists. Name another file, or move it away.`);
  const began = performance.now();
  const database = connectPatiently(url, 'wallet-backup');
  try {
    await checkDatabase(database, url, 'backup');
    const program = findClientProgram('pg_dump', await readMajor(database), process.env['PATH'] ?? '');
    const facts = await inExportedSnapshot({ database, url }, async (snapshot, found) => {
      await dump(program, { snapshot, to, jobs });
      return found;
    });
    print(to, facts, (performance.now() - began) / 1_000);
    return 0;
  } finally {
    await database.end();
  }
}

/** @throws ConfigError if it is not set and no `npm start` runs. */
function readUrl(env: NodeJS.ProcessEnv): string {
  const settings = readSettings(
    {
      DATABASE_URL: sharedSettings.DATABASE_URL.optional(),
      DATA_DIR: z.string().default(join(PROJECT_ROOT, '.data')),
    },
    env,
  );
  const url = settings.DATABASE_URL ?? findOwnServer(settings.DATA_DIR);
  if (url === null)
    throw new ConfigError(
      `DATABASE_URL is not set, and no npm start serves ${settings.DATA_DIR}. Set it, or start that first.`,
    );
  return url;
}

/** Written under a temporary name and then renamed, so that a file with the name is complete. */
async function dump(program: string, { snapshot, to, jobs }: Order & { snapshot: ExportedSnapshot }): Promise<void> {
  const part = `${to}.part`;
  rmSync(part, { recursive: true, force: true });
  // It contains hashes of keys, and everything about the clients.
  process.umask(0o077);
  const format = jobs === null ? ['--format=custom'] : ['--format=directory', `--jobs=${jobs}`];
  try {
    const args = [...format, `--file=${part}`, `--snapshot=${snapshot.name}`];
    await runClientProgram(program, args, { url: snapshot.url, env: process.env });
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
}

function print(to: string, { moment, feedPosition, epochId }: BackupFacts, seconds: number): void {
  const size = lstatSync(to).isFile() ? `${(statSync(to).size / 1e6).toFixed(1)} MB, ` : '';
  process.stdout.write(
    `${to}: ${size}made in ${seconds.toFixed(1)} s\n` +
      `It holds what was acknowledged before ${moment.toISOString()}, and the feed of events up to position ${feedPosition}` +
      `${epochId === null ? '' : ` of epoch ${epochId}`}.\n` +
      'Keep WEBHOOK_KEY too, but not beside it. npm run restore -- --from reads it.\n',
  );
}
