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

/** A piece deletes so many operations at most. */
const MOST_ROWS = 2_000;
/** After a piece, nothing is deleted for as many times as long while operations wait to be applied, and else for as long. */
const BUSY_REST = 4;
const IDLE_REST = 1;

/** Notes a month in the database; from then on it is archived. */
export async function noteMonth(client: Client, { manifest, hash }: WrittenMonth): Promise<void> {
  const { month, operations, movements, failures } = manifest;
  const behind = monthAfter(month);
  await insertArchive(client, { ...{ month, behind, manifestHash: hash }, ...{ operations, movements, failures } });
}

/**
 * Deletes what is in the files of a month that was noted, and nothing else: it goes by what it reads there. Stopped at any
 * moment, it goes through the files again, and what is deleted already is passed over.
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
  // Less than there are ids where an archive that was stopped has deleted some.
  if (operations !== succeeded + failures)
    throw new BrokenInvariant('the archive differs from the database', {
      ...{ operations, succeeded, failures, first: ids[0] },
    });
}

/** The rows of a file, as many at a time as the pace has it. */
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

/** Has the space be used again: a month is too small a part of a large table for autovacuum. It waits for nobody, and is slow. */
async function vacuum(client: Client): Promise<void> {
  await client.query(`SET vacuum_cost_delay = '2ms'`);
  await client.query(
    'VACUUM (SKIP_LOCKED, TRUNCATE false) operations, movements, failures, operation_terms, operation_legs',
  );
}
