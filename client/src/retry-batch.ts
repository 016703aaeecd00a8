import { type Batch, callApi } from './call-api.ts';
import type { RetryConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import { type Patience, keepTrying } from './keep-trying.ts';
import type { Progress } from './progress.ts';
import type { Upload } from './upload-file.ts';

/**
 * Asks for what failed of a batch once more, as soon as the batch is completed. Asking again is safe: a batch is retried once.
 * @throws GivenUp
 */
export async function retryBatch(config: RetryConfig, patience: Patience, progress: Progress): Promise<Upload> {
  const headers = { Accept: 'application/json' };
  const path = `/batches/${config.retryOf}`;
  const found = await keepTrying(patience, () => callApi<Batch>(config, { method: 'GET', path, headers }));
  if (!found.ok) return { kind: 'refused', problem: found.problem };
  const followed = await followBatch(config, found.body, patience, progress);
  if (followed.kind === 'refused') return followed;
  const answer = await keepTrying(patience, () =>
    callApi<Batch>(config, { method: 'POST', path: `${path}/retry`, headers }),
  );
  if (!answer.ok) return { kind: 'refused', problem: answer.problem };
  return { kind: answer.isReplayed ? 'replayed' : 'accepted', batch: answer.body, skipped: [] };
}
