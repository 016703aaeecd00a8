import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, WalletApi } from '@wallet/sdk';
import type { Patience } from './patience.ts';
import type { Progress } from './progress.ts';

/** Between two looks at the operations of earlier requests. */
const PAUSE_MS = 200;

/**
 * Looks at a batch until all of it has ended, however long that takes: its own operations, and those that were accepted
 * before under the keys of its lines.
 * @throws GivenUp, WalletApiError
 */
export async function followBatch(
  api: WalletApi,
  accepted: Batch,
  patience: Patience,
  progress: Progress,
): Promise<Batch> {
  let batch = accepted;
  progress.applied(batch);
  while (batch.status !== 'completed') {
    // This ends with the batch, or after an hour.
    for await (const seen of api.batches.follow(batch.id)) {
      patience.renew();
      progress.applied(seen);
      batch = seen;
    }
  }
  if (batch.replayed > 0) await followReplayed(api, batch, patience);
  return batch;
}

/** An operation of an earlier request may still be pending when all of the batch's own have ended. */
async function followReplayed(api: WalletApi, { id }: Batch, patience: Patience): Promise<void> {
  for (;;) {
    const [pending] = await api.batches.lines(id, { status: 'pending', limit: 1 }).toArray(1);
    patience.renew();
    if (pending === undefined) return;
    await delay(PAUSE_MS);
  }
}
