import { API_CONNECTIONS, serveOperations } from './accept.ts';
import { QUEUE, startBoss } from './pg-boss-queue.ts';

/** pg-boss, its API: a job for each operation, with its wallet as the ordering key. The job is a committed row. */
const boss = await startBoss(API_CONNECTIONS, false);
serveOperations(
  (operation) => boss.send(QUEUE, operation, { singletonKey: operation.walletId, retryLimit: 5, retryBackoff: true }),
  () => boss.stop(),
);
