import type { Database } from '@wallet/shared/database/pool';
import { EPOCH_REASONS, type Epoch, readEpoch } from '@wallet/shared/database/tables/epochs';
import { withDeadline } from '@wallet/shared/queue/connection';
import { z } from 'zod';
import { time } from '../http/fields.ts';

const EPOCH_MS = 1_000;

/** The epoch as it is answered; null while the database does not answer within a second. */
export const epochSchema = z
  .strictObject({
    id: z.string(),
    began_at: time,
    reason: z.enum(EPOCH_REASONS),
    complete_until: time.nullable().meta({
      description:
        'Operations acknowledged up to this time are here. Those acknowledged later, and before `began_at`, may be ' +
        'missing: send them again under the same keys. Null if the time is not known, and for the first epoch.',
    }),
  })
  .nullable();

/** Null if the database does not answer in time. */
export async function readEpochSoon(database: Database): Promise<Epoch | null> {
  return withDeadline(readEpoch(database), EPOCH_MS).catch(() => null);
}

export function presentEpoch(epoch: Epoch | null): z.input<typeof epochSchema> {
  if (epoch === null) return null;
  const { id, beganAt, reason, completeUntil } = epoch;
  return { id, began_at: beganAt.toISOString(), reason, complete_until: completeUntil?.toISOString() ?? null };
}
