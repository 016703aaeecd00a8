import { DBOS } from '@dbos-inc/dbos-sdk';
import { type WalletOperation, createPool } from '../../baselines/apply-operation.ts';
import { stopWhenAsked } from '../../baselines/serve.ts';
import { AT_ONCE, applyOnce } from './apply-once.ts';
import { APPLICATION, QUEUE, WORKFLOW } from './dbos-queue.ts';

/**
 * DBOS, its worker: a partition of the queue runs one workflow at a time. Each poll starts at most one of a wallet, so the
 * queue is polled more often than the default second; an idle poll of every 100 ms costs little.
 */
const POLLING_MS = 100;

const pool = createPool(process.env['DATABASE_URL'], AT_ONCE);
DBOS.setConfig({
  name: APPLICATION,
  systemDatabaseUrl: process.env['DATABASE_URL'] ?? '',
  systemDatabasePoolSize: AT_ONCE,
  logLevel: 'error',
});
DBOS.registerWorkflow(
  async (operation: WalletOperation) => DBOS.runStep(() => applyOnce(pool, operation), { name: 'transaction' }),
  { name: WORKFLOW },
);
await DBOS.launch();
await DBOS.registerQueue(QUEUE, { partitionConcurrency: 1, minPollingIntervalMs: POLLING_MS });
process.send?.('ready');
stopWhenAsked(async () => {
  await DBOS.shutdown();
  await pool.end();
});
