import type { Continuation, Epoch } from '@wallet/shared/database/tables/epochs';
import { Problem } from '../http/problem.ts';

/** The problem for a reader whose cursor, at `position` of another epoch, is not of the current epoch. */
export function epochEnded(
  position: bigint,
  { epoch, commonPosition, completeUntil }: Continuation,
  write: (epochId: string, position: bigint) => string,
): Problem<'epoch_ended'> {
  const from = commonPosition === null || position < commonPosition ? position : commonPosition;
  const inDoubt = commonPosition === null ? null : Number(position - from);
  const continueAfter = epoch === null || commonPosition === null ? null : write(epoch.id, from);
  const detail = [
    WHY[epoch?.reason ?? 'first'],
    howToReadOn(continueAfter, inDoubt),
    whatMayBeMissing(completeUntil),
  ].join(' ');
  return new Problem('epoch_ended', detail, {
    epoch: {
      epoch: epoch?.id ?? null,
      complete_until: completeUntil?.toISOString() ?? null,
      continue_after: continueAfter,
      events_in_doubt: inDoubt,
    },
  });
}

const WHY = {
  first: 'The cursor is of an epoch that is not known here.',
  promotion:
    'A standby was promoted, or the database was restored to a moment. After the promotion of a synchronous standby nothing is ' +
    'missing; the service cannot tell, and takes it for one that lagged.',
  restore: 'The database was restored from a backup, or upgraded by pg_upgrade.',
} as const satisfies Record<Epoch['reason'], string>;

function howToReadOn(continueAfter: string | null, inDoubt: number | null): string {
  if (continueAfter === null)
    return 'Where it parts from what was read is not known: read the feed again without after, and skip events by their ids.';
  if (inDoubt === 0)
    return 'Every event that was read is in the feed at its place: read on with after set to continue_after.';
  return (
    `The last ${inDoubt} positions that were read are given out again: each of their events is missing, comes again, or is replaced ` +
    'by another of the same operation. Read on with after set to continue_after.'
  );
}

function whatMayBeMissing(completeUntil: Date | null): string {
  const since =
    completeUntil === null
      ? 'Operations acknowledged shortly before'
      : `Operations acknowledged after ${completeUntil.toISOString()}`;
  return `${since} can be missing: send them again under the same idempotency keys, which applies none twice.`;
}
