import type { Assets } from '@wallet/shared/database/assets';
import type { Operation } from '@wallet/shared/database/tables/operations';
import { partitionOf } from '@wallet/shared/words/partition';
import { type PresentedOperation, presentOperation } from '@wallet/shared/events/present-operation';
import type { OperationWaiter } from './await-operation.ts';
import type { AnswerParts } from '../http/answer.ts';
import type { Wish } from '../http/endpoint.ts';
import { type PresentedWaiting, type Waiting, presentWaiting, retryAfterOf } from '../http/waiting.ts';
import { waitSecondsOf } from '../http/prefer.ts';

export interface AnswerNeeds {
  readonly partitions: number;
  readonly assets: Assets;
  readonly wait: OperationWaiter['wait'];
  /** When an operation accepted now should have ended; null if that is not known. */
  readonly expectedAt: (operation: Operation) => Date | null;
}

/** The answer if nobody waits for the end of the operation, and how the operation was accepted. */
interface AsIs<Status> {
  readonly status: Status;
  readonly location: string | null;
  readonly isReplayed: boolean;
}

/** The answer with an operation. With `Prefer: wait=N`: `200` as soon as it is final, or its state after N seconds. */
export async function answerOperation<Status extends 200 | 202>(
  needs: AnswerNeeds,
  operation: Operation,
  { status, location, isReplayed }: AsIs<Status>,
  wish: Wish,
): Promise<AnswerParts & { readonly status: Status | 200; readonly body: PresentedOperation }> {
  const { seconds, latest } = await awaitEnd(needs, operation, wish);
  const isFinal = hasEnded(latest);
  // Written once, and never spread: this runs for every request.
  return {
    status: seconds !== null && isFinal ? 200 : status,
    body: presentOperation(latest, needs.assets),
    location,
    isReplayed,
    waitedS: seconds,
    retryAfterS: isFinal ? null : retryAfter(latest, needs.expectedAt(latest)),
    logged: { operation_id: latest.id, wallet_id: latest.walletId },
  };
}

/** The answer to a request for an operation: the same, and while it waits, why. */
export async function answerPoll(
  needs: AnswerNeeds,
  waitingOf: (operation: Operation) => Promise<Waiting>,
  operation: Operation,
  wish: Wish,
): Promise<AnswerParts & { readonly status: 200; readonly body: PresentedOperation & Partial<PresentedWaiting> }> {
  const { seconds, latest } = await awaitEnd(needs, operation, wish);
  const body = presentOperation(latest, needs.assets);
  const logged = { operation_id: latest.id, wallet_id: latest.walletId };
  if (hasEnded(latest)) return { status: 200, body, waitedS: seconds, logged };
  const waiting = await waitingOf(latest);
  const retryAfterS = retryAfter(latest, waiting.estimatedAt);
  return { status: 200, body: { ...body, ...presentWaiting(waiting) }, waitedS: seconds, retryAfterS, logged };
}

/** Waits for the end of an operation as long as the request prefers to. */
async function awaitEnd(
  { partitions, wait }: AnswerNeeds,
  operation: Operation,
  wish: Wish,
): Promise<{ readonly seconds: number | null; readonly latest: Operation }> {
  const seconds = waitSecondsOf(wish.header('prefer'));
  if (seconds === null || operation.status !== 'pending') return { seconds, latest: operation };
  const partition = partitionOf(operation.walletId, partitions);
  const ended = await wait(operation.id, partition, seconds * 1000, wish.gone());
  return { seconds, latest: ended ?? operation };
}

function hasEnded({ status }: Operation): boolean {
  return status !== 'pending' && status !== 'scheduled';
}

function retryAfter({ status, executeAt, createdAt }: Operation, expectedAt: Date | null): number {
  return status === 'scheduled' && executeAt !== null ? secondsUntil(executeAt) : retryAfterOf(expectedAt, createdAt);
}

/** A scheduled operation does not change until it is due, except by cancellation: it is read at least once an hour. */
function secondsUntil(moment: Date): number {
  const seconds = Math.ceil((moment.getTime() - Date.now()) / 1000);
  return Math.min(Math.max(seconds, 1), 3_600);
}
