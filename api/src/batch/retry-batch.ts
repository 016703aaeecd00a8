import type { BatchLine } from '@wallet/shared/database/tables/batch-lines';
import type { Batch } from '@wallet/shared/database/tables/batches';
import { formatAmount } from '@wallet/shared/money';
import type { Api } from '../context.ts';
import { keepSource } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { type BatchAcceptance, acceptBatch } from './accept-batch.ts';
import { eachLine } from './export-lines.ts';
import type { RawLine } from './raw-line.ts';

/**
 * Accepts the failed lines of a batch as a batch of their own, under the numbers that they have in the file. Asking again
 * gives the same batch. The lines' own keys stay with the operations that failed.
 * @throws Problem if some of the batch is still pending, or nothing failed.
 */
export async function retryBatch(api: Api, batch: Batch): Promise<Exclude<BatchAcceptance, { kind: 'checked' }>> {
  if (batch.finishedAt === null) {
    throw new Problem('batch_not_finished', 'Some of the batch is still pending: wait for its end, or cancel it.');
  }
  if (batch.totals.every((total) => total.failed === 0)) {
    throw new Problem('nothing_to_retry', 'Every line of the batch succeeded.');
  }
  const acceptance = await acceptBatch(api, failedLines(api, batch), {
    validateOnly: false,
    hasKeys: false,
    options: () => ({
      priority: batch.priority,
      atomic: batch.atomic,
      lineEvents: batch.lineEvents,
      idempotencyKey: `retry:${batch.id}`,
      retryOf: batch.id,
    }),
  });
  if (acceptance.kind === 'checked') throw new Error('a retry is never only checked');
  return acceptance;
}

async function* failedLines(api: Api, batch: Batch): AsyncGenerator<RawLine[]> {
  for await (const lines of eachLine(api, batch, 'failed')) {
    const own = lines.filter((line) => line.batchId === batch.id);
    yield own.map((line) => ({ line: line.lineInBatch, value: asSent(api, line), problem: null }));
  }
}

/** Reads stored metadata without the checks of a request: it passed those in force when it was accepted. */
function readOwn(metadata: string): object {
  const value = JSON.parse(metadata) as object;
  keepSource(value, metadata);
  return value;
}

function asSent(api: Api, line: BatchLine): Record<string, unknown> {
  return {
    type: line.type,
    ...(line.toWalletId === null
      ? { wallet_id: line.walletId }
      : { from_wallet_id: line.walletId, to_wallet_id: line.toWalletId }),
    amount: formatAmount(line.amount, api.assets.withId(line.assetId).scale),
    description: line.description,
    reference_id: line.referenceId,
    metadata: line.metadata && readOwn(line.metadata),
  };
}
