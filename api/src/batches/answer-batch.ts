import { setTimeout as delay } from 'node:timers/promises';
import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type Batch, findBatch } from '@wallet/shared/database/tables/batches';
import { type PresentedBatch, presentBatch } from '@wallet/shared/events/present-batch';
import pLimit from 'p-limit';
import type { AnswerParts } from '../http/answer.ts';
import type { Wish } from '../http/endpoint.ts';
import { type PresentedWaiting, type Waiting, presentWaiting, retryAfterOf } from '../http/waiting.ts';
import { waitSecondsOf } from '../http/prefer.ts';

/** Pauses between two looks at a batch that a request waits for: they grow, because batches take long. */
const LOOK_MS = { first: 25, most: 500, growth: 1.5 };
/**
 * The most requests that wait for batches at once, since each of them polls. Others get the current state of the batch.
 */
const WAITING_LIMIT = 100;

/** The answer with a batch: with `Prefer: wait=N`, `200` when it is completed, or its state after N seconds. */
export type AnswerBatch = <Status extends 200 | 202>(
  batch: Batch,
  statusAsIs: Status,
  wish: Wish,
) => Promise<
  AnswerParts & { readonly status: Status | 200; readonly body: PresentedBatch & Partial<PresentedWaiting> }
>;

export function createAnswerBatch(needs: {
  readonly database: Database;
  readonly assets: Assets;
  readonly isStopping: () => boolean;
  /** Why an unfinished batch waits. */
  readonly waitingOf: (batch: Batch, pending: number) => Promise<Waiting>;
}): AnswerBatch {
  const places = pLimit(WAITING_LIMIT);

  async function wait(batch: Batch, deadline: number, gone: AbortSignal): Promise<Batch> {
    let latest = batch;
    const isOver = (): boolean => latest.finishedAt !== null || Date.now() >= deadline || gone.aborted;
    for (let pause = LOOK_MS.first; !isOver() && !needs.isStopping(); pause = nextPause(pause)) {
      await delay(Math.min(pause, Math.max(0, deadline - Date.now())));
      latest = (await findBatch(needs.database, { id: batch.id })) ?? latest;
    }
    return latest;
  }

  return async (batch, statusAsIs, wish) => {
    const seconds = waitSecondsOf(wish.header('prefer'));
    const deadline = Date.now() + (seconds ?? 0) * 1000;
    const waits = seconds !== null && batch.finishedAt === null && places.activeCount < WAITING_LIMIT;
    const latest = waits ? await places(() => wait(batch, deadline, wish.gone())) : batch;
    await needs.assets.know(latest.totals.map(({ assetId }) => assetId));
    const isFinal = latest.finishedAt !== null;
    const presented = presentBatch(latest, needs.assets);
    const waiting = isFinal ? null : await needs.waitingOf(latest, presented.pending);
    return {
      status: seconds !== null && isFinal ? 200 : statusAsIs,
      body: waiting === null ? presented : { ...presented, ...presentWaiting(waiting) },
      waitedS: seconds,
      retryAfterS: waiting && retryAfterOf(waiting.estimatedAt, latest.acceptedAt),
      location: statusAsIs === 202 ? `/batches/${latest.id}` : null,
      logged: { batch_id: latest.id },
    };
  };
}

function nextPause(pause: number): number {
  return Math.min(pause * LOOK_MS.growth, LOOK_MS.most);
}
