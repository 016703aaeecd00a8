import type { Operation } from '@wallet/shared/database/tables/operations';
import { partitionOf } from '@wallet/shared/partition';
import type { Request, Response } from 'express';
import type { Api } from '../context.ts';
import { waitSecondsOf } from './prefer.ts';
import { presentOperation } from './present.ts';

/** What a caller who polls should wait between two looks. */
const RETRY_AFTER_S = '1';

/**
 * Answers with the operation. With `Prefer: wait=N`: as soon as it is final (200), or after N seconds as it is then.
 * `statusAsIs` is the answer's status when nobody waited for the end of it.
 */
export async function answerOperation(
  api: Api,
  request: Request,
  response: Response,
  operation: Operation,
  statusAsIs: 200 | 202,
): Promise<void> {
  const seconds = waitSecondsOf(request.get('prefer'));
  let answer = operation;
  if (seconds !== null) {
    response.set('Preference-Applied', `wait=${seconds}`);
    if (operation.status === 'pending') answer = await wait(api, response, operation, seconds * 1000);
  }
  const isFinal = answer.status !== 'pending';
  if (!isFinal) response.set('Retry-After', RETRY_AFTER_S);
  response.locals.logged['operation_id'] = answer.id;
  response.locals.logged['wallet_id'] = answer.walletId;
  response
    .status(seconds !== null && isFinal ? 200 : statusAsIs)
    .json(presentOperation(answer, api.assets.withId(answer.assetId)));
}

async function wait(api: Api, response: Response, operation: Operation, ms: number): Promise<Operation> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const partition = partitionOf(operation.walletId, api.partitions);
  return (await api.waiter.wait(operation.id, partition, ms, gone.signal)) ?? operation;
}
