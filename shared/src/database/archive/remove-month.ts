import { BrokenInvariant } from '../../words/broken-invariant.ts';
import { monthAfter } from '../../words/month.ts';
import type { Client } from '../pool.ts';
import {
  type ArchiveCheckpoint,
  deleteArchived,
  insertArchive,
  isBusy,
  keepArchiveCheckpoints,
  markRemoved,
} from '../tables/archives.ts';
import { type FileKind, readRows } from './files.ts';
import { type Pace, createPace } from './pace.ts';
import { inPiece } from './session.ts';
import type { WrittenMonth } from './write-month.ts';

/** The most operations that one piece deletes. */
const MOST_ROWS = 2_000;
/**
 * The pause after a piece, as a multiple of its duration, while operations are pending; otherwise it is as long as the
 * piece.
 */
const BUSY_REST = 4;
const IDLE_REST = 1;

/** Records a month in the database, which makes it archived. */
export async function noteMonth(client: Client, { manifest, hash }: WrittenMonth): Promise<void> {
  const { month, operations, movements, failures } = manifest;
  const behind = monthAfter(month);
  await insertArchive(client, { ...{ month, behind, manifestHash: hash }, ...{ operations, movements, failures } });
}

/**
 * Deletes exactly the rows in the files of a recorded month: it reads them to know what to delete. If it is stopped,
 * the next run goes through the files again and skips rows that are already deleted.
 */
export async function removeMonth(client: Client, { folder, manifest }: WrittenMonth): Promise<void> {
  const rest = (busy: boolean): number => (busy ? BUSY_REST : IDLE_REST);
  const pace = createPace(MOST_ROWS);
  for await (const rows of inGroups(folder, 'checkpoints', pace))
    await pace.take(async () => {
      await inPiece(client, () => keepArchiveCheckpoints(client, rows.map(readCheckpoint)));
      return isBusy(client);
    }, rest);
  for await (const rows of inGroups(folder, 'operations', pace))
    await pace.take(async () => {
      await inPiece(client, () =>
        removeOperations(
          client,
          rows.map((row) => row.slice(0, ID_LENGTH)),
        ),
      );
      return isBusy(client);
    }, rest);
  await markRemoved(client, manifest.month);
  await vacuum(client);
}

const ID_LENGTH = 36;

async function removeOperations(client: Client, ids: readonly string[]): Promise<void> {
  const { operations, succeeded, failures } = await deleteArchived(client, ids);
  // Fewer than the ids if an interrupted archive has already deleted some.
  if (operations !== succeeded + failures)
    throw new BrokenInvariant('the archive differs from the database', {
      ...{ operations, succeeded, failures, first: ids[0] },
    });
}

/** The rows of a file, in groups of the size that the pace allows. */
async function* inGroups(folder: string, kind: FileKind, pace: Pace): AsyncGenerator<string[]> {
  let waiting: string[] = [];
  for await (const rows of readRows(folder, kind)) {
    waiting = waiting.length === 0 ? rows : [...waiting, ...rows];
    while (waiting.length >= pace.rows) yield waiting.splice(0, pace.rows);
  }
  if (waiting.length > 0) yield waiting;
}

export function readCheckpoint(row: string): ArchiveCheckpoint {
  const [accountId = '', version = '', balance = '', operationId = '', accepted = '', movedAt = ''] = row.split(',');
  return { accountId, version, balance, operationId, accepted: accepted === '' ? null : accepted, movedAt };
}

/**
 * Makes the space reusable: a month is too small a part of a large table to trigger autovacuum. This waits for no lock,
 * and is slow.
 */
async function vacuum(client: Client): Promise<void> {
  await client.query(`SET vacuum_cost_delay = '2ms'`);
  await client.query(
    'VACUUM (SKIP_LOCKED, TRUNCATE false) operations, movements, failures, operation_terms, operation_legs',
  );
}
