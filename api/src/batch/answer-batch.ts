import { setTimeout as delay } from 'node:timers/promises';
import { type Batch, findBatch } from '@wallet/shared/database/tables/batches';
import type { Request, Response } from 'express';
import type { Api } from '../context.ts';
import { waitSecondsOf } from '../http/prefer.ts';
import { Problem } from '../http/problem.ts';
import { presentBatch } from '@wallet/shared/present-batch';

/** Pauses between two looks at a batch that somebody waits for: they grow, since a batch is not a matter of moments. */
const LOOK_MS = { first: 25, most: 500, growth: 1.5 };
/** The most requests that wait for batches at once, since each of them looks. Others are answered with the batch as it is. */
const WAITING_LIMIT = 100;

/** Answers with the batch, with `Prefer: wait=N` when it is completed or after N seconds. */
export async function answerBatch(
  api: Api,
  request: Request,
  response: Response,
  batch: Batch,
  statusAsIs: 200 | 202,
): Promise<void> {
  const seconds = waitSecondsOf(request.get('prefer'));
  let latest = batch;
  if (seconds !== null) {
    response.set('Preference-Applied', `wait=${seconds}`);
    const deadline = Date.now() + seconds * 1000;
    const isOver = (): boolean => latest.finishedAt !== null || Date.now() >= deadline || response.closed;
    if (!isOver() && api.batchWaiters.count < WAITING_LIMIT) {
      api.batchWaiters.count += 1;
      try {
        for (let pause = LOOK_MS.first; !isOver() && !api.isStopping(); pause = nextPause(pause)) {
          await delay(Math.min(pause, Math.max(0, deadline - Date.now())));
          latest = await readBatch(api, batch.id);
        }
      } finally {
        api.batchWaiters.count -= 1;
      }
    }
  }
  const isFinal = latest.finishedAt !== null;
  if (!isFinal) response.set('Retry-After', '1');
  const base = request.baseUrl.startsWith('/api/v1') ? '/api/v1' : '';
  if (statusAsIs === 202) response.set('Location', `${base}/batches/${latest.id}`);
  response.locals.logged['batch_id'] = latest.id;
  response.status(seconds !== null && isFinal ? 200 : statusAsIs).json(presentBatch(latest, api.assets));
}

function nextPause(pause: number): number {
  return Math.min(pause * LOOK_MS.growth, LOOK_MS.most);
}

/** @throws Problem `batch_not_found`. */
export async function readBatch(api: Api, id: string): Promise<Batch> {
  const batch = await findBatch(api.database, { id });
  if (batch === null) throw new Problem('batch_not_found', `There is no batch ${id}.`);
  return batch;
}
