import { makeWorkerUtils } from 'graphile-worker';
import { API_CONNECTIONS, serveOperations } from './accept.ts';

/** graphile-worker, its API: a job for each operation, in the named queue of its wallet. The job is a committed row. */
const utils = await makeWorkerUtils({
  connectionString: process.env['DATABASE_URL'] ?? '',
  maxPoolSize: API_CONNECTIONS,
});
serveOperations(
  (operation) => utils.addJob('apply', operation, { queueName: operation.walletId, maxAttempts: 5 }),
  async () => utils.release(),
);
