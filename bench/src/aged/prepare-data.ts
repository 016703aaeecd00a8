import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '@wallet/local/embedded-postgres';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import { UsageError } from '@wallet/shared/process/read-options';
import { ConfigError } from '@wallet/shared/words/config-error';
import { SETTINGS, makeFolder, stopKept } from '../servers.ts';
import type { Stops } from '../stops.ts';
import { fillDatabase } from './fill-database.ts';
import { type AgedOptions, OPERATIONS } from './options.ts';

/** The contents of a folder, from the file in it that is written last. */
export interface Filled {
  readonly operations: number;
  readonly wallets: number;
  readonly months: number;
  readonly filledAt: string;
  readonly seconds: number;
}

export const PARTITIONS = 16;
const DAYS_PER_MONTH = 365 / 12;
const FILE = 'aged.json';
/** Tables, indexes and the space to sort these: measured 480, and the rest for measurements. */
const BYTES = 700;
const MORE_BYTES = 2 * 1024 ** 3;

/** If the machine fails while the database is filled, it is filled again. */
const FILLING = {
  ...{ fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off' },
  ...{ track_commit_timestamp: 'off' },
};

/**
 * Finds a filled database in the folder of the options, or fills one. @returns the folder, and its contents.
 * @throws ConfigError if the folder has other contents, or too little space.
 */
export async function prepareData(
  options: AgedOptions,
  stops: Stops,
  say: (line: string) => void,
): Promise<{ folder: string; filled: Filled }> {
  if (options.data === null) {
    const folder = makeFolder(stops);
    return { folder, filled: await fill(folder, options, stops, say) };
  }
  const folder = options.data;
  if (existsSync(join(folder, FILE))) {
    const filled = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Filled;
    if (options.operations !== null && options.operations !== filled.operations)
      throw new UsageError(`${folder} was filled with ${filled.operations} operations: leave --operations out.`);
    return { folder, filled };
  }
  if (existsSync(join(folder, 'postgres')))
    throw new ConfigError(`${folder} was not filled to its end: delete it, or name another folder.`);
  mkdirSync(folder, { recursive: true });
  return { folder, filled: await fill(folder, options, stops, say) };
}

async function fill(folder: string, options: AgedOptions, stops: Stops, say: (line: string) => void): Promise<Filled> {
  const { wallets, months } = options;
  const operations = options.operations ?? OPERATIONS;
  const { bavail, bsize } = statfsSync(folder);
  const [free, needed] = [bavail * bsize, operations * BYTES + MORE_BYTES];
  if (free < needed)
    throw new ConfigError(
      `${operations} operations need ${showGB(needed)} GB in ${folder}, and there are ${showGB(free)} GB: name fewer with ` +
        '--operations, or another folder with --data.',
    );
  say(`filling ${folder} with ${operations} operations of ${wallets} wallets over ${months} months`);
  const started = performance.now();
  const packaged = options.servers === 'packaged';
  const path = process.env['PATH'] ?? '';
  const postgres = await startPostgres({ dataDir: folder, path, settings: { ...SETTINGS, ...FILLING }, packaged });
  const stop = stops.add(() => stopKept(postgres));
  await migrateDatabase(postgres.url, MIGRATIONS_FOLDER, PARTITIONS);
  const size = { operations, wallets, days: months * DAYS_PER_MONTH };
  await fillDatabase(postgres.url, folder, size, say);
  await stop();
  // Data that is still only in memory would be written during a measurement, and be missing after a crash.
  if (options.data !== null) execFileSync('sync');
  const seconds = (performance.now() - started) / 1000;
  say(`filled in ${seconds.toFixed(0)} s, ${(operations / seconds).toFixed(0)} operations a second`);
  const filled = { operations, wallets, months, filledAt: new Date().toISOString(), seconds };
  writeFileSync(join(folder, FILE), `${JSON.stringify(filled, null, 1)}\n`);
  return filled;
}

function showGB(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
