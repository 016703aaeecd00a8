import { setTimeout as delay } from 'node:timers/promises';
import { type Batch, type Problem, callApi } from './call-api.ts';
import type { Service } from './config.ts';
import { type Patience, keepTrying } from './keep-trying.ts';
import type { Progress } from './progress.ts';

export type Followed =
  { readonly kind: 'completed'; readonly batch: Batch } | { readonly kind: 'refused'; readonly problem: Problem };

/** Each look lasts until the batch is completed, and at most so long: what the terminal shows is no older than this. */
const LOOK_S = 1;
/** Between two looks, for a service that does not wait as it was asked to. */
const PAUSE_MS = 200;

/**
 * Looks at a batch until all of it has ended, however long that takes: its own operations, and those that were accepted
 * before under the keys of its lines.
 * @throws GivenUp
 */
export async function followBatch(
  service: Service,
  accepted: Batch,
  patience: Patience,
  progress: Progress,
): Promise<Followed> {
  let batch = accepted;
  progress.applied(batch);
  while (batch.status !== 'completed') {
    const answer = await keepTrying(patience, () =>
      callApi<Batch>(service, {
        method: 'GET',
        path: `/batches/${batch.id}`,
        headers: { Accept: 'application/json', Prefer: `wait=${LOOK_S}` },
      }),
    );
    if (!answer.ok) return { kind: 'refused', problem: answer.problem };
    batch = answer.body;
    progress.applied(batch);
    if (batch.status !== 'completed') await delay(PAUSE_MS);
  }
  const problem = batch.replayed > 0 ? await followReplayed(service, batch, patience) : null;
  return problem === null ? { kind: 'completed', batch } : { kind: 'refused', problem };
}

/** An operation of an earlier request may still be pending when all of the batch's own have ended. */
async function followReplayed(service: Service, { id }: Batch, patience: Patience): Promise<Problem | null> {
  for (;;) {
    const answer = await keepTrying(patience, () =>
      callApi<{ readonly data: readonly unknown[] }>(service, {
        method: 'GET',
        path: `/batches/${id}/operations?status=pending&limit=1`,
        headers: { Accept: 'application/json' },
      }),
    );
    if (!answer.ok) return answer.problem;
    if (answer.body.data.length === 0) return null;
    await delay(PAUSE_MS);
  }
}
