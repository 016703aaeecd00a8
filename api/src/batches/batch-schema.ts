import { PRIORITIES } from '@wallet/shared/operation';
import { BATCH_STATUSES } from '@wallet/shared/present-batch';
import { z } from 'zod';
import { money, time } from '../http/fields.ts';

export const batchSchema = z
  .strictObject({
    id: z.uuid(),
    status: z.enum(BATCH_STATUSES),
    total: z.int().meta({ description: 'Operations of this batch.' }),
    pending: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    replayed: z.int().meta({
      description: 'Lines that had been accepted before under their own keys. They are not operations of this batch.',
    }),
    sums: z.array(z.strictObject({ asset: z.string(), total: money, succeeded: money, failed: money, pending: money })),
    priority: z.enum(PRIORITIES),
    atomic: z.boolean(),
    line_events: z.boolean(),
    idempotency_key: z.string(),
    retry_of: z.uuid().nullable(),
    accepted_at: time,
    started_at: time.nullable(),
    cancelled_at: time.nullable(),
    finished_at: time.nullable(),
    operations_per_second: z
      .number()
      .nullable()
      .meta({ description: 'From the first operation that ended until now.' }),
    estimated_finish_at: time.nullable(),
  })
  .meta({ id: 'Batch', description: 'Many operations accepted together. Each ends by itself, unless it is atomic.' });
