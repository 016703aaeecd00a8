import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { loadMigrationFiles } from 'postgres-migrations';
import { ConfigError } from '../../words/config-error.ts';
import { buildIndex, readIndexBuilds } from './build-indexes.ts';
import { copyMovements } from './copy-movements.ts';
import { noteSchemaVersion } from '../tables/schema-version.ts';
import { inPatientTransaction } from './patient-transaction.ts';
import { readOldestProgram } from './oldest-program.ts';

type Migration = Awaited<ReturnType<typeof loadMigrationFiles>>[number];

/**
 * Applies the migrations of `folder` that the database lacks, each in its own transaction, and `finish` in that of the
 * last one: so this version's schema is never visible without what `finish` creates. The table of applied migrations
 * and the hashes in it are those of postgres-migrations.
 *
 * Migration 11 is not recorded until 12 is: see there. Indexes that are built outside of a transaction come first, if
 * their tables exist: that may take long, and processes of the previous version must be able to restart meanwhile.
 * @returns the names of the applied migrations.
 * @throws ConfigError if a migration was applied from a different file. @throws Error if one does not state which
 * programs it fits.
 */
export async function runMigrations(
  client: pg.ClientBase,
  folder: string,
  finish: () => Promise<void>,
  progress: (sentence: string) => void,
): Promise<string[]> {
  const files = await loadMigrationFiles(folder);
  for (const file of files) readOldestProgram(file);
  await waitForTurn(client);
  const missing = await findMissing(client, files);
  const applied = missing.map(({ name }) => name);
  for (const file of missing) await buildEarly(client, file, progress);
  const last = missing.pop();
  for (const file of missing) {
    await buildIndexes(client, file);
    if (file.id === BESIDE) await applyBeside(client, file, progress);
    else await inTurn(client, () => applyAndNote(client, files, file));
  }
  if (last !== undefined) await buildIndexes(client, last);
  await inTurn(client, async () => {
    if (last === undefined) await finish();
    else await applyAndNote(client, files, last, finish);
  });
  return applied;
}

/** The migration whose tables exist beside those of the previous version while its processes keep running. */
const BESIDE = 11;

/** The lock of postgres-migrations, which other versions of this program take. */
const TURN = '-8525285245963000605';

/** Takes it until the connection ends, for work outside of transactions. */
async function waitForTurn(client: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${TURN}) AS locked`);
    if (rows[0]?.locked) return;
    await delay(TURN_MS);
  }
}

const TURN_MS = 200;

/** Runs `work` in a transaction that takes the lock itself, so that it never runs during another migration. */
async function inTurn(client: pg.ClientBase, work: () => Promise<unknown>): Promise<void> {
  await inPatientTransaction(client, async () => {
    await client.query(`SELECT pg_advisory_xact_lock(${TURN})`);
    await work();
  });
}

async function findMissing(client: pg.ClientBase, files: readonly Migration[]): Promise<Migration[]> {
  if (!(await exists(client, 'migrations'))) return [...files];
  const { rows } = await client.query<{ id: number; hash: string }>('SELECT id, hash FROM migrations');
  const hashes = new Map(rows.map(({ id, hash }) => [id, hash]));
  const changed = files.filter(({ id, hash }) => hashes.has(id) && hashes.get(id) !== hash);
  if (changed.length > 0)
    throw new ConfigError(
      `This database was migrated with other files: ${changed.map(({ fileName }) => fileName).join()} differs from what ` +
        'was applied. Use the files of that version.',
    );
  return files.filter(({ id }) => !hashes.has(id));
}

async function applyBeside(
  client: pg.ClientBase,
  file: Migration,
  progress: (sentence: string) => void,
): Promise<void> {
  // They exist already if a run was stopped while it copied.
  if (!(await exists(client, 'movements_copied'))) await inTurn(client, () => client.query(file.sql));
  await copyMovements(client, progress);
}

async function buildEarly(client: pg.ClientBase, file: Migration, progress: (sentence: string) => void): Promise<void> {
  for (const build of readIndexBuilds(file.sql)) {
    if (!(await exists(client, build.table))) continue;
    progress(`building the index ${build.index}`);
    await buildIndex(client, build);
  }
}

async function buildIndexes(client: pg.ClientBase, file: Migration): Promise<void> {
  for (const build of readIndexBuilds(file.sql)) await buildIndex(client, build);
}

async function applyAndNote(
  client: pg.ClientBase,
  files: readonly Migration[],
  file: Migration,
  finish?: () => Promise<void>,
): Promise<void> {
  // Indexes that are built outside of a transaction exist by now.
  if (readIndexBuilds(file.sql).length === 0) await client.query(file.sql);
  const beside = files.filter(({ id }) => id === BESIDE && file.id > BESIDE);
  for (const { id, name, hash } of [...beside, file])
    await client.query('INSERT INTO migrations (id, name, hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      ...[id, name, hash],
    ]);
  await finish?.();
  const oldestProgram = readOldestProgram(file);
  // Last of all, because processes read the version after they have started to use the tables.
  if (oldestProgram !== null) await noteSchemaVersion(client, { version: file.id, oldestProgram });
}

async function exists(client: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return rows[0]?.found ?? false;
}
