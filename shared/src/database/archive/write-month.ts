import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../words/config-error.ts';
import { type Month, firstIdOf, monthAfter, startOf } from '../../words/month.ts';
import { NEWEST_MIGRATION } from '../program.ts';
import type { Client } from '../pool.ts';
import { chooseKept, findOpenHold } from './choose.ts';
import { BrokenChain, type Writers, exportCheckpoints, exportOperations } from './export.ts';
import { FILE_KINDS, type FileFacts, type FileKind, createFile, syncFolder } from './files.ts';
import { type Manifest, readManifest, writeManifest } from './manifest.ts';
import { createPace } from './pace.ts';
import { verifyFiles } from './verify-files.ts';

/** A month whose files are on the disk. */
export interface WrittenMonth {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly hash: string;
}

/** The most rows that one piece of an export reads. */
const MOST_ROWS = 4_000;
/** The pause after a piece is as long as the piece took. */
const REST = 1;
/**
 * More than clock differences between processes and database, plus the time from creating an id to accepting its
 * operation.
 */
const LATE_MS = 3_600_000;

/**
 * Writes a month to its own folder: the ended operations with ids of this month or an earlier one. The folder is
 * written under a temporary name and then renamed, so a folder with the name of a month is complete. An existing one,
 * left by an archive that was killed at that moment, is reused if it is what would be written.
 * @returns null if there is nothing to write.
 * @throws ConfigError if the folder cannot be used, or the movements of an account are incomplete.
 */
export async function writeMonth(
  client: Client,
  { month, to, previous }: { month: Month; to: string; previous: string | null },
): Promise<WrittenMonth | null> {
  const folder = join(to, month);
  if (await exists(folder)) return readWritten(folder, month, previous);
  const beside = join(to, `.${month}.unfinished`);
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { recursive: true });
  const written = await writeFiles(client, { month, previous, beside });
  if (written === null) {
    await rm(beside, { recursive: true });
    return null;
  }
  await syncFolder(beside);
  await rename(beside, folder);
  await syncFolder(dirname(folder));
  return { folder, ...written };
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

async function readWritten(folder: string, month: Month, previous: string | null): Promise<WrittenMonth> {
  const found = await readManifest(folder, month);
  const isNext = found !== null && found.manifest.previous === previous && found.manifest.schema === NEWEST_MIGRATION;
  if (!isNext || (await verifyFiles(folder, found.manifest)).length > 0)
    throw new ConfigError(
      `${folder} exists already, and is not the archive of ${month} that this database would continue. Move it away, ` +
        'or name another folder with --to.',
    );
  return { folder, ...found };
}

async function writeFiles(
  client: Client,
  { month, previous, beside }: { month: Month; previous: string | null; beside: string },
): Promise<{ manifest: Manifest; hash: string } | null> {
  const behind = monthAfter(month);
  const openHold = await findOpenHold(client, firstIdOf(behind));
  if (openHold !== null)
    throw new ConfigError(
      `${month} cannot be archived: the hold ${openHold} is open, and captures need its operation in the database. ` +
        'Capture or release it, and all others of that time (GET /wallets/{id}/holds?status=open), and run this again.',
    );
  // First only movements that are late by the clocks. If that is not enough because clocks differ more, all of them.
  for (const lateSince of [new Date(startOf(behind).getTime() - LATE_MS), null]) {
    await chooseKept(client, { beforeId: firstIdOf(behind), lateSince, pace: createPace(MOST_ROWS) });
    const writers = openFiles(beside);
    try {
      const pace = createPace(MOST_ROWS);
      const sums = await exportOperations(client, { beforeId: firstIdOf(behind), writers, pace, mayRest: REST });
      await exportCheckpoints(client, writers.checkpoints, createPace(MOST_ROWS));
      const files = await finishFiles(writers);
      const rows = Object.fromEntries(FILE_KINDS.map((kind, index) => [kind, files[index]?.rows ?? 0]));
      const { operations = 0, movements = 0, failures = 0, terms = 0, legs = 0, checkpoints = 0 } = rows;
      if (operations === 0) return null;
      const manifest: Manifest = {
        ...({ format: 2, month, schema: NEWEST_MIGRATION } as const),
        ...{ operations, movements, failures, terms, legs, checkpoints },
        sums: sums.map((sum) => ({
          ...{ asset: sum.code, asset_id: sum.assetId, movements: Number(sum.movements), amount: String(sum.amount) },
        })),
        ...{ files, previous },
      };
      return { manifest, hash: await writeManifest(beside, manifest) };
    } catch (error) {
      if (!(error instanceof BrokenChain) || lateSince === null) throw explained(error, month);
      for (const kind of FILE_KINDS) writers[kind].close();
      await rm(beside, { recursive: true });
      await mkdir(beside);
    } finally {
      for (const kind of FILE_KINDS) writers[kind].close();
    }
  }
  return null;
}

function openFiles(folder: string): Writers {
  return Object.fromEntries(FILE_KINDS.map((kind) => [kind, createFile(folder, kind)])) as Record<
    FileKind,
    ReturnType<typeof createFile>
  >;
}

async function finishFiles(writers: Writers): Promise<FileFacts[]> {
  const files: FileFacts[] = [];
  for (const kind of FILE_KINDS) files.push(await writers[kind].finish());
  return files;
}

function explained(error: unknown, month: Month): unknown {
  if (!(error instanceof BrokenChain)) return error;
  return new ConfigError(
    `${month} cannot be archived: the movements of ${error.message} up to its end are incomplete, or do not add up. ` +
      'Nothing was changed. Run npm run audit.',
    { cause: error },
  );
}
