import type { Database } from '@wallet/shared/database/pool';
import { beginSample, fillSample, removeOldSamples } from '@wallet/shared/database/tables/minute-samples';
import { readBacklog } from '@wallet/shared/database/tables/pending-operations';
import { removeGoneWorkers, takeUnsampled } from '@wallet/shared/database/tables/workers';
import { inTransaction } from '@wallet/shared/database/transaction';

/** At most this many single operations of a priority are counted, in all. */
const COUNTED = 1_000_000;

/**
 * Records the sample of the last minute that ended, unless another worker has, and deletes samples older than a day. In
 * one transaction, so that everything is counted in exactly one sample.
 * @returns whether this worker did.
 */
export async function sampleMinute(database: Database, partitions: number): Promise<boolean> {
  return inTransaction(database, async (client) => {
    const at = await beginSample(client);
    if (at === null) return false;
    const backlog = await readBacklog(client, partitions, COUNTED);
    const ended = await takeUnsampled(client);
    const pending = backlog.reduce((sum, { high, low, lines }) => sum + high + low + lines, 0);
    const oldestMs = Math.max(0, ...backlog.map((each) => each.oldestMs));
    await fillSample(client, { at, ...ended, pending, oldestAgeSeconds: oldestMs / 1_000 });
    await removeOldSamples(client);
    await removeGoneWorkers(client);
    return true;
  });
}
