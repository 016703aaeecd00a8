import type { Assets } from '@wallet/shared/database/assets';
import type { Operation } from '@wallet/shared/database/tables/operations';
import { partitionOf } from '@wallet/shared/words/partition';
import { type PresentedOperation, presentOperation } from '@wallet/shared/events/present-operation';
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

/** What an answer is if nobody waits for the end of the operation, and what it says of how it was accepted. */
interface AsIs<Status> {
  readonly status: Status;
  readonly location: string | null;
  readonly isReplayed: boolean;
}

/** The answer with an operation. With `Prefer: wait=N`: of 200 as soon as it is final, or as it is after N seconds. */
export async function answerOperation<Status extends 200 | 202>(
  { partitions, assets, wait }: AnswerNeeds,
  operation: Operation,
  { status, location, isReplayed }: AsIs<Status>,
  wish: Wish,
): Promise<AnswerParts & { readonly status: Status | 200; readonly body: PresentedOperation }> {
  const seconds = waitSecondsOf(wish.header('prefer'));
  let latest = operation;
  if (seconds !== null && operation.status === 'pending') {
    const partition = partitionOf(operation.walletId, partitions);
    latest = (await wait(operation.id, partition, seconds * 1000, wish.gone())) ?? operation;
  }
  const isFinal = latest.status !== 'pending' && latest.status !== 'scheduled';
  // Written once, and never spread: this runs for every request.
  return {
    status: seconds !== null && isFinal ? 200 : status,
    body: presentOperation(latest, assets),
    location,
    isReplayed,
    waitedS: seconds,
    retryAfterS: isFinal ? null : latest.executeAt === null ? RETRY_AFTER_S : secondsUntil(latest.executeAt),
    logged: { operation_id: latest.id, wallet_id: latest.walletId },
  };
}

/** Until it is due what is scheduled stays so, and can only be cancelled: an hour is the longest to wait without a look. */
function secondsUntil(moment: Date): number {
  const seconds = Math.ceil((moment.getTime() - Date.now()) / 1000);
  return Math.min(Math.max(seconds, RETRY_AFTER_S), 3_600);
}
