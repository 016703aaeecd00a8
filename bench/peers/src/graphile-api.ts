import { makeWorkerUtils } from 'graphile-worker';
import { createPool } from '../../baselines/apply-operation.ts';
import { API_CONNECTIONS, serveOperations } from './accept.ts';

/** graphile-worker, its API: a job for each operation, in the named queue of its wallet. The job is a committed row. */
const pool = createPool(process.env['DATABASE_URL'], API_CONNECTIONS);
const utils = await makeWorkerUtils({ pgPool: pool });
serveOperations(
  (operation) => utils.addJob('apply', operation, { queueName: operation.walletId, maxAttempts: 5 }),
  async () => {
    await utils.release();
    await pool.end();
  },
);
