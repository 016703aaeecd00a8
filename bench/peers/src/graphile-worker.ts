import { Logger, type TaskList, run } from 'graphile-worker';
import { type WalletOperation, createPool } from '../../baselines/apply-operation.ts';
import { stopWhenAsked } from '../../baselines/serve.ts';
import { AT_ONCE, applyOnce } from './apply-once.ts';

/**
 * graphile-worker, its worker: jobs of one named queue run one at a time, in the order in which they were added. New
 * jobs are announced by NOTIFY; completions are written in batches, as its documentation advises for many short jobs.
 */
const pool = createPool(process.env['DATABASE_URL'], AT_ONCE);
const tasks: TaskList = {
  apply: async (payload) => {
    await applyOnce(pool, payload as WalletOperation);
  },
};
const runner = await run({
  connectionString: process.env['DATABASE_URL'] ?? '',
  taskList: tasks,
  noHandleSignals: true,
  logger: new Logger(() => (level, message) => {
    if ((level as string) === 'error') process.stderr.write(`${message}\n`);
  }),
  preset: { worker: { concurrentJobs: AT_ONCE, maxPoolSize: AT_ONCE, completeJobBatchDelay: 0 } },
});
process.send?.('ready');
stopWhenAsked(async () => {
  await runner.stop();
  await pool.end();
});
