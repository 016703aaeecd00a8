import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../words/config-error.ts';
import { type Month, monthAfter } from '../words/month.ts';
import type { Client } from './pool.ts';
import { findFirstMonth, findLastMonth, listArchives, lockArchive, unlockArchive } from './tables/archives.ts';
import { readManifest } from './archive/manifest.ts';
import { noteMonth, removeMonth } from './archive/remove-month.ts';
import { verifyFiles } from './archive/verify-files.ts';
import { type WrittenMonth, writeMonth } from './archive/write-month.ts';

export interface ArchiveOrder {
  /** All months before this one are archived. */
  readonly before: Month;
  /** The folder with a subfolder for each month. */
  readonly to: string;
  readonly tell: (sentence: string) => void;
  /** Explains why a folder cannot be used. */
  readonly explain: (error: unknown) => string;
}

/**
 * Writes the months before one to files, oldest first, and deletes the written rows from the database, while processes
 * run. A month is deleted after its files are on the disk and it is recorded in the database. If this is killed at any
 * moment, the next run resumes. The session must not be used for anything else.
 * @returns how many operations were archived.
 * @throws ConfigError if it cannot be done as ordered; then only rows that are in the files were deleted.
 */
export async function archiveMonths(client: Client, order: ArchiveOrder): Promise<number> {
  if (!(await lockArchive(client)))
    throw new ConfigError('Another npm run archive is working on this database. Wait until it has ended.');
  const operations = await archiveLocked(client, order);
  await unlockArchive(client);
  return operations;
}

async function archiveLocked(client: Client, { before, to, tell, explain }: ArchiveOrder): Promise<number> {
  const last = await findLastMonth(client);
  if (before > monthAfter(last))
    throw new ConfigError(
      `--before ${before} names months that are not over: a month can be archived a day after its end, in UTC. The ` +
        `last of them is ${last}: --before ${monthAfter(last)}.`,
    );
  await prepareFolder(to, explain);
  const archives = await listArchives(client);
  let newest = archives.at(-1) ?? null;
  let operations = 0;
  const remove = async (written: WrittenMonth): Promise<void> => {
    await removeMonth(client, written);
    operations += written.manifest.operations;
    tell(`${written.manifest.month}: operations moved to ${written.folder}: ${written.manifest.operations}`);
  };
  if (newest !== null && !newest.isRemoved) await remove(await findNoted(to, newest));
  let month = newest === null ? await findFirstMonth(client) : monthAfter(newest.month);
  for (; month !== null && month < before; month = monthAfter(month)) {
    const written = await writeMonth(client, { month, to, previous: newest?.manifestHash ?? null });
    if (written === null) continue;
    await noteMonth(client, written);
    newest = { month, manifestHash: written.hash, isRemoved: false };
    await remove(written);
  }
  return operations;
}

async function prepareFolder(to: string, explain: (error: unknown) => string): Promise<void> {
  try {
    await mkdir(to, { recursive: true });
    await access(to, constants.W_OK);
  } catch (error) {
    throw new ConfigError(`Archives cannot be written to ${to}: ${explain(error)}. Name another folder with --to.`, {
      cause: error,
    });
  }
}

/** The files of a month that is recorded but not completely deleted yet. */
async function findNoted(
  to: string,
  { month, manifestHash }: { month: Month; manifestHash: string },
): Promise<WrittenMonth> {
  const folder = join(to, month);
  const found = await readManifest(folder, month);
  if (found?.hash !== manifestHash)
    throw new ConfigError(
      `${month} was written to another folder than ${to}, and not all of it is deleted yet. Name that folder with --to.`,
    );
  const [wrong] = await verifyFiles(folder, found.manifest);
  if (wrong !== undefined)
    throw new ConfigError(`${wrong}. Nothing more is deleted. Restore the file as it was written.`);
  return { folder, ...found };
}
