import type { WalletApi } from '@wallet/sdk';
import type { RetryConfig } from './config.ts';
import { followBatch } from './follow-batch.ts';
import type { Patience } from './patience.ts';
import type { Progress } from './progress.ts';
import type { Sent } from './upload-file.ts';

/**
 * Asks for what failed of a batch once more, as soon as the batch is completed. Asking again is safe: a batch is retried once.
 * @throws GivenUp, WalletApiError
 */
export async function retryBatch(
  { retryOf }: RetryConfig,
  api: WalletApi,
  patience: Patience,
  progress: Progress,
): Promise<Sent> {
  await followBatch(api, await api.batches.get(retryOf), patience, progress);
  let isReplayed = false;
  const batch = await api.batches.retry(retryOf, {
    onAnswer: (answer) => {
      isReplayed = answer.isReplayed;
    },
  });
  return { batch, isReplayed, skipped: [] };
}
