import { loadAssets } from '@wallet/shared/assets';
import { createPool } from '@wallet/shared/database/pool';
import { readDatabaseState } from '@wallet/shared/database/writable';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { createLogger } from '@wallet/shared/logger';
import { logErrors } from '@wallet/shared/log-errors';
import { createRegistry, watchPools } from '@wallet/shared/metrics';
import { runProcess } from '@wallet/shared/run-process';
import { readWorkerConfig } from './config.ts';
import { watchWebhookBacklog } from './metrics.ts';
import { PLANNER } from './planner.ts';
import { serveHealth } from './serve-health.ts';
import { startWorker } from './worker.ts';

/** Each is used for a few milliseconds at a time; none is held while a request is under way. */
const WEBHOOK_CONNECTIONS = 4;

await runProcess(async () => {
  const config = readWorkerConfig(process.env);
  const log = createLogger({ process: 'worker', level: config.logLevel, pretty: config.logPretty });
  const connect = (name: string, size: number) =>
    createPool({
      ...{ url: config.databaseUrl, name, size, settings: PLANNER },
      onError: logErrors(log, 'database connection failed'),
    });
  const database = connect('wallet-worker', config.transactions + config.bulkTransactions + 2);
  const webhookDatabase = connect('wallet-webhooks', WEBHOOK_CONNECTIONS);
  const partitions = await readPartitions(database, config.partitions);
  const assets = await loadAssets(database);
  const registry = createRegistry();
  const worker = startWorker(config, { database, webhookDatabase, partitions, assets, registry, log });
  watchPools(registry, { ledger: database, webhooks: webhookDatabase });
  watchWebhookBacklog(registry, webhookDatabase);
  const isReady = async () => worker.fitsDatabase() && (await readDatabaseState(database)) === 'up';
  const stopHealth = config.healthPort
    ? await serveHealth(config.healthPort, config.host, isReady, registry)
    : () => undefined;
  log.info({ partitions }, 'worker ready');
  return {
    log,
    running: {
      async stop() {
        await worker.stop();
        stopHealth();
        await Promise.all([database.end(), webhookDatabase.end()]);
      },
    },
  };
});
