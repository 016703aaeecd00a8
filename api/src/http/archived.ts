import type { ArchivePlace, Checkpoint } from '@wallet/shared/database/tables/archived-history';
import { formatAmount } from '@wallet/shared/words/money';
import { z } from 'zod';
import { money, time } from './fields.ts';
import { Problem } from './problem.ts';

/** Answers about archived history. */

/** Where the history of a wallet continues in the archives. */
export const checkpointSchema = z.strictObject({ version: z.int(), balance: money, moved_at: time }).meta({
  id: 'Checkpoint',
  description:
    'The last archived movement of the wallet, with the balance after it. Movements of higher versions are in the ' +
    'database.',
});

export function presentCheckpoint(
  { version, balance, movedAt }: Checkpoint,
  scale: number,
): z.input<typeof checkpointSchema> {
  return { version: Number(version), balance: formatAmount(balance, scale), moved_at: movedAt.toISOString() };
}

/** The additional fields of the last page of operations. */
export const archivedBefore = {
  archived_before: time.nullable().meta({
    description:
      'On the last page, if matching operations may be in the archives: those created before this time are archived ' +
      'and not listed, unless they ended late. Otherwise null.',
  }),
};

/**
 * An old id may belong to an archived operation, or to none: only the files can tell.
 * @param what `Operations`, or another name for the requested resources.
 */
export function lookInFiles(what: string, id: string, { month }: ArchivePlace): string {
  return `${what} of that time are in the archives: look for ${id} in the files of ${month} or a later month.`;
}

/** @param operationId of an operation that certainly existed: its key is kept. */
export function operationArchived(detail: string, place: ArchivePlace, operationId?: string) {
  return new Problem('operation_archived', detail, {
    archive: { ...(operationId === undefined ? {} : { operation_id: operationId }), ...placeOf(place) },
  });
}

export function batchArchived(batchId: string, place: ArchivePlace) {
  return new Problem(
    'batch_archived',
    `Lines of the batch are in the archives: look in the files of ${place.month} or a later month. ` +
      `GET /operations?batch_id=${batchId} lists those operations of it that are not.`,
    { archive: placeOf(place) },
  );
}

export function historyArchived(archivedBefore: Date) {
  const moment = archivedBefore.toISOString();
  return new Problem('history_archived', `The history of the wallet before ${moment} is in the archives.`, {
    archive: { archived_before: moment },
  });
}

export function placeOf({ month, archivedBefore }: ArchivePlace): { month: string; archived_before: string } {
  return { month, archived_before: archivedBefore.toISOString() };
}
