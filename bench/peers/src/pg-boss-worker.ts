import { type WalletOperation, createPool } from '../../baselines/apply-operation.ts';
import { stopWhenAsked } from '../../baselines/serve.ts';
import { AT_ONCE, applyOnce } from './apply-once.ts';
import { QUEUE, startBoss } from './pg-boss-queue.ts';

/**
 * pg-boss, its worker: the policy `key_strict_fifo` gives out one job of a key at a time, oldest first, and none after a
 * failed one. Jobs come in batches, of different wallets, since a worker pauses after a fetch that is not full.
 */
const BATCH = 50;
const WORKERS = 4;
const LEAST_POLLING_S = 0.5;

const pool = createPool(process.env['DATABASE_URL'], AT_ONCE);
const boss = await startBoss(AT_ONCE, true);
await boss.createQueue(QUEUE, { policy: 'key_strict_fifo', notify: true });
await boss.work<WalletOperation>(
  QUEUE,
  {
    batchSize: BATCH,
    localConcurrency: WORKERS,
    burstWhenBatchFull: true,
    perJobResults: true,
    pollingIntervalSeconds: LEAST_POLLING_S,
    notifyPollingIntervalSeconds: LEAST_POLLING_S,
  },
  (jobs) =>
    Promise.all(
      jobs.map(async ({ id, data }) => {
        await applyOnce(pool, data);
        return { id, status: 'completed' as const };
      }),
    ),
);
process.send?.('ready');
stopWhenAsked(async () => {
  await boss.stop();
  await pool.end();
});
