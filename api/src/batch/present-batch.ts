import type { Batch } from '@wallet/shared/database/tables/batches';
import { formatAmount } from '@wallet/shared/money';
import { PRIORITIES } from '@wallet/shared/operation';
import { z } from 'zod';
import type { Assets } from '../assets.ts';
import { money, time } from '../http/resources.ts';

export const BATCH_STATUSES = ['pending', 'processing', 'completed'] as const;

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

export function presentBatch(batch: Batch, assets: Assets): z.input<typeof batchSchema> {
  const succeeded = sum(batch.totals.map((total) => total.succeeded));
  const failed = sum(batch.totals.map((total) => total.failed));
  const pending = batch.total - succeeded - failed;
  const rate = rateOf(batch, succeeded + failed);
  const estimate = rate && pending > 0 ? new Date(batch.now.getTime() + (pending / rate) * 1000) : null;
  return {
    id: batch.id,
    status: batch.finishedAt ? 'completed' : batch.startedAt ? 'processing' : 'pending',
    total: batch.total,
    pending,
    succeeded,
    failed,
    replayed: batch.replayed,
    sums: batch.totals.map((total) => {
      const { code, scale } = assets.withId(total.assetId);
      return {
        asset: code,
        total: formatAmount(total.amount, scale),
        succeeded: formatAmount(total.succeededAmount, scale),
        failed: formatAmount(total.failedAmount, scale),
        pending: formatAmount(total.amount - total.succeededAmount - total.failedAmount, scale),
      };
    }),
    priority: batch.priority,
    atomic: batch.atomic,
    idempotency_key: batch.idempotencyKey,
    retry_of: batch.retryOf,
    accepted_at: batch.acceptedAt.toISOString(),
    started_at: batch.startedAt?.toISOString() ?? null,
    cancelled_at: batch.cancelledAt?.toISOString() ?? null,
    finished_at: batch.finishedAt?.toISOString() ?? null,
    operations_per_second: rate && Math.round(rate * 10) / 10,
    estimated_finish_at: estimate?.toISOString() ?? null,
  };
}

/** Operations that ended per second, over the time from the first to the last, or until now. Null before there is one. */
function rateOf(batch: Batch, done: number): number | null {
  if (batch.startedAt === null || done === 0) return null;
  const seconds = ((batch.finishedAt ?? batch.now).getTime() - batch.startedAt.getTime()) / 1000;
  return seconds > 0 ? done / seconds : null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
