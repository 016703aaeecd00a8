import type { Assets } from '@wallet/shared/assets';
import type { Operation } from '@wallet/shared/database/tables/operations';
import { partitionOf } from '@wallet/shared/partition';
import { type PresentedOperation, presentOperation } from '@wallet/shared/present-operation';
import type { OperationWaiter } from './await-operation.ts';
import type { AnswerParts } from '../http/answer.ts';
import type { Wish } from '../http/endpoint.ts';
import { waitSecondsOf } from '../http/prefer.ts';

/** Seconds that a caller who polls should wait between two looks. */
const RETRY_AFTER_S = 1;

export interface AnswerNeeds {
  readonly partitions: number;
  readonly assets: Assets;
  readonly wait: OperationWaiter['wait'];
}

/**
 * The answer with an operation. With `Prefer: wait=N`: of 200 as soon as it is final, or as it is after N seconds. `statusAsIs`
 * is the status when nobody waited for the end of it.
 */
export async function answerOperation<Status extends 200 | 202>(
  { partitions, assets, wait }: AnswerNeeds,
  operation: Operation,
  statusAsIs: Status,
  wish: Wish,
): Promise<AnswerParts & { readonly status: Status | 200; readonly body: PresentedOperation }> {
  const seconds = waitSecondsOf(wish.header('prefer'));
  let latest = operation;
  if (seconds !== null && operation.status === 'pending') {
    const partition = partitionOf(operation.walletId, partitions);
    latest = (await wait(operation.id, partition, seconds * 1000, wish.gone())) ?? operation;
  }
  const isFinal = latest.status !== 'pending';
  return {
    status: seconds !== null && isFinal ? 200 : statusAsIs,
    body: presentOperation(latest, assets.withId(latest.assetId)),
    waitedS: seconds,
    ...(isFinal ? {} : { retryAfterS: RETRY_AFTER_S }),
    logged: { operation_id: latest.id, wallet_id: latest.walletId },
  };
}
