import type { Assets } from '@wallet/shared/database/assets';
import type { BatchLine } from '@wallet/shared/database/tables/batch-lines';
import type { Database } from '@wallet/shared/database/pool';
import { type Batch, findBatch } from '@wallet/shared/database/tables/batches';
import type { OperationTerms } from '@wallet/shared/database/tables/operation-terms';
import { presentLeg } from '@wallet/shared/events/present-operation';
import { formatAmount } from '@wallet/shared/words/money';
import { createFindArchived, unlessArchived } from './archived-lines.ts';
import { keepSource } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import type { EachLine } from './export-lines.ts';
import type { RawLine } from './raw-line.ts';
import type { AcceptBatch, BatchAcceptance } from './upload.ts';

export interface RetryNeeds {
  readonly database: Database;
  readonly assets: Assets;
  readonly acceptBatch: AcceptBatch;
  readonly eachLine: EachLine;
}

/**
 * Accepts the failed lines of a batch as a new batch, with their line numbers in the file. Repeating this returns the
 * same new batch. The lines' own keys stay with the operations that failed.
 * @returns a Problem if part of the batch is still pending, nothing failed, or lines were archived before they were
 * retried.
 */
export async function retryBatch(
  { database, assets, acceptBatch, eachLine }: RetryNeeds,
  batch: Batch,
): Promise<BatchAcceptance | Problem<'batch_not_finished' | 'nothing_to_retry' | 'batch_archived'>> {
  if (batch.finishedAt === null) {
    return new Problem('batch_not_finished', 'Some of the batch is still pending: wait for its end, or cancel it.');
  }
  if (batch.totals.every((total) => total.failed === 0)) {
    return new Problem('nothing_to_retry', 'Every line of the batch succeeded.');
  }
  const idempotencyKey = `retry:${batch.id}`;
  const findArchived = createFindArchived(database, batch, 'own');
  const archived = await findArchived();
  if (archived !== null) {
    const earlier = await findBatch(database, { idempotencyKey });
    return earlier === null ? archived : { kind: 'replayed', batch: earlier };
  }
  const failed = unlessArchived(eachLine(batch, 'failed'), findArchived);
  return acceptBatch(failedLines(assets, batch, failed), {
    validateOnly: false,
    hasKeys: false,
    skips: false,
    bodyHash: null,
    options: () => ({
      priority: batch.priority,
      atomic: batch.atomic,
      lineEvents: batch.lineEvents,
      idempotencyKey,
      retryOf: batch.id,
    }),
  });
}

async function* failedLines(
  assets: Assets,
  batch: Batch,
  failed: AsyncIterable<readonly BatchLine[]>,
): AsyncGenerator<RawLine[]> {
  for await (const lines of failed) {
    const own = lines.filter((line) => line.batchId === batch.id);
    yield own.map((line) => ({ line: line.lineInBatch, value: asSent(assets, line), problem: null }));
  }
}

/** Reads stored metadata without the checks of a request: it passed those in force when it was accepted. */
function readOwn(metadata: string): object {
  const value = JSON.parse(metadata) as object;
  keepSource(value, metadata);
  return value;
}

/** A hold has an expiry time, even if it was requested as a duration. */
function asSent(assets: Assets, line: BatchLine): Record<string, unknown> {
  return {
    type: line.type,
    ...(line.terms === null ? namesOf(line) : namesOfTerms(assets, line, line.terms)),
    ...(line.amount === null ? {} : { amount: formatAmount(line.amount, assets.withId(line.assetId).scale) }),
    description: line.description,
    reference_id: line.referenceId,
    metadata: line.metadata && readOwn(line.metadata),
  };
}

function namesOf({ walletId, toWalletId }: BatchLine): Record<string, unknown> {
  return toWalletId === null ? { wallet_id: walletId } : { from_wallet_id: walletId, to_wallet_id: toWalletId };
}

function namesOfTerms(
  assets: Assets,
  { type, walletId, toWalletId }: BatchLine,
  { targetId, toAccount, final, expiresAt, legs }: OperationTerms,
): Record<string, unknown> {
  if (type === 'hold') return { wallet_id: walletId, expires_at: expiresAt };
  if (type === 'capture') return { hold_id: targetId, to_wallet_id: toWalletId, to_account: toAccount, final };
  if (type === 'release') return { hold_id: targetId };
  if (type === 'reversal') return { operation_id: targetId };
  return { legs: legs?.map((leg) => presentLeg(leg, assets)) };
}
