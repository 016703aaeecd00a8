import { newBatchId } from '@wallet/shared/batch';
import { findBatch } from '@wallet/shared/database/tables/batches';
import type { Api } from '../context.ts';
import type { CheckedLines, ReadyLines } from './check-lines.ts';
import type { RawLine } from './raw-line.ts';
import { type BatchRequest, type StoredBatch, readBatch } from './read-batch.ts';
import { createSpool } from './spool.ts';
import { rehearse, storeBatch } from './store-batch.ts';

/** `checked`: nothing is stored now. `acceptedAs` is the batch that the same was accepted as before. */
export type BatchAcceptance =
  StoredBatch | { readonly kind: 'checked'; readonly lines: CheckedLines; readonly acceptedAs: string | null };

/** The most batches that one process reads at once. */
const UPLOADS = 4;
/**
 * Accepts all lines as one batch, or none. They are checked while they arrive, and lie in a spool; from there one transaction
 * stores them, which begins when the first do and, last of all, gives the batch its place in the order of acceptance.
 *
 * Without an idempotency key the batch's content is its key: sending the same once more gives the first batch back.
 * @throws Problem `batch_refused` with the first bad lines, or `overloaded`; then nothing was stored.
 */
export async function acceptBatch(
  api: Api,
  source: AsyncIterable<RawLine[]>,
  wanted: BatchRequest,
): Promise<BatchAcceptance> {
  if (api.uploads.count >= UPLOADS) throw api.admission.refuse('batch', 'uploads');
  api.uploads.count += 1;
  const begun = performance.now();
  try {
    const spool = await createSpool<ReadyLines>(api.spoolFolder);
    const id = newBatchId();
    const checking = readBatch(api, id, source, spool, wanted);
    const storing = wanted.validateOnly ? rehearse(api, checking, spool) : storeBatch(api, id, wanted, checking, spool);
    // Whichever fails first: both have ended when the spool is closed. A bad line tells more than what came of it.
    const [checked, stored] = await Promise.allSettled([checking, storing]);
    await spool.close();
    if (checked.status === 'rejected') throw checked.reason;
    if (stored.status === 'rejected') throw stored.reason;
    const { lines, batch, earlier } = checked.value;
    if (wanted.validateOnly) return { kind: 'checked', lines, acceptedAs: earlier?.batch.id ?? null };
    if (stored.value !== null) return stored.value;
    api.ring(
      batch.parts.map(({ partition }) => partition),
      'bulk',
    );
    for (const [type, count] of lines.types) api.metrics.accepted('batch', type, count);
    api.metrics.acceptTook('batch', (performance.now() - begun) / 1000);
    const accepted = await findBatch(api.storing, { id });
    if (accepted === null) throw new Error(`batch ${id} was accepted and cannot be found`);
    return { kind: 'accepted', batch: accepted };
  } finally {
    api.uploads.count -= 1;
  }
}
