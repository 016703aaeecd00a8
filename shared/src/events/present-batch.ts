import type { Assets } from '../database/assets.ts';
import type { Batch, BatchStatus } from '../database/tables/batches.ts';
import { formatAmount } from '../words/money.ts';
import type { Priority } from '../words/operation.ts';

/** A batch as the API answers it and as its event has it. */
export interface PresentedBatch {
  id: string;
  status: BatchStatus;
  total: number;
  pending: number;
  succeeded: number;
  failed: number;
  replayed: number;
  skipped: number;
  sums: { asset: string; total: string; succeeded: string; failed: string; pending: string }[];
  priority: Priority;
  atomic: boolean;
  line_events: boolean;
  idempotency_key: string;
  retry_of: string | null;
  accepted_at: string;
  started_at: string | null;
  cancelled_at: string | null;
  finished_at: string | null;
  operations_per_second: number | null;
  estimated_finish_at: string | null;
}

export function presentBatch(batch: Batch, assets: Assets): PresentedBatch {
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
    skipped: batch.skipped,
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
    line_events: batch.lineEvents,
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

/**
 * Operations that ended per second, over the time from the first to the last, or until now. Null before there is one.
 */
function rateOf(batch: Batch, done: number): number | null {
  if (batch.startedAt === null || done === 0) return null;
  const seconds = ((batch.finishedAt ?? batch.now).getTime() - batch.startedAt.getTime()) / 1000;
  return seconds > 0 ? done / seconds : null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
