import { DBOSClient } from '@dbos-inc/dbos-sdk';
import type { WalletOperation } from '../../baselines/apply-operation.ts';
import { API_CONNECTIONS, serveOperations } from './accept.ts';
import { APPLICATION, QUEUE, WORKFLOW } from './dbos-queue.ts';

/** DBOS, its API: a workflow for each operation, in the queue's partition of its wallet. The workflow is a committed row. */
const client = await DBOSClient.create({
  systemDatabaseUrl: process.env['DATABASE_URL'] ?? '',
  systemDatabasePoolSize: API_CONNECTIONS,
  applicationName: APPLICATION,
});
serveOperations(
  (operation) =>
    client.enqueue<(operation: WalletOperation) => Promise<unknown>>(
      { queueName: QUEUE, workflowName: WORKFLOW, workflowID: operation.id, queuePartitionKey: operation.walletId },
      operation,
    ),
  () => client.destroy(),
);
