import { loadAssets } from '@wallet/shared/database/assets';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { createPool } from '@wallet/shared/database/pool';
import { readDatabaseState } from '@wallet/shared/database/writable';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { type Logger, createLogger } from '@wallet/shared/process/logger';
import { logErrors } from '@wallet/shared/process/log-errors';
import { createRegistry, watchPools } from '@wallet/shared/process/metrics';
import { readOptions } from '@wallet/shared/process/read-options';
import { type EndItself, type Running, runProcess } from '@wallet/shared/process/run-process';
import { loadTracing } from '@wallet/shared/process/load-tracing';
import { watchEpoch } from '@wallet/shared/process/watch-epoch';
import { watchSchema } from '@wallet/shared/process/watch-schema';
import { warnOfFailover } from '@wallet/shared/process/warn-of-failover';
import { type WorkerConfig, readWorkerConfig } from './config.ts';
import { watchWebhookBacklog } from './metrics.ts';
import { DRAIN_PLANNER, PLANNER } from './drain/planner.ts';
import { startRetention } from './retention/start-retention.ts';
import { serveHealth, serveHealthSomewhere } from './serve-health.ts';
import { startWorker } from './worker.ts';

/** Each is used for a few milliseconds at a time; none is held during a request. */
const WEBHOOK_CONNECTIONS = 4;

const HELP = `npm run start:worker

Applies the operations of a migrated DATABASE_URL and sends its webhooks, woken by REDIS_URL. Any number of them can run beside
each other; WORKER_PROCESSES says how many are started by this. It serves /health and /metrics on WORKER_HEALTH_PORT, or on the
first free port of loopback from 9464 on. docs/configuration.md lists the settings. SIGTERM stops it gracefully. Exit status 2
if it cannot start.`;

await runProcess({
  help: HELP,
  failed: 'The worker could not start',
  read(args) {
    readOptions('npm run start:worker', args, {});
    return readWorkerConfig(process.env);
  },
  processes: ({ processes }) => processes,
  createLog: ({ logLevel, logPretty }) =>
    createLogger({ process: 'worker-supervisor', level: logLevel, pretty: logPretty }),
  start,
});

async function start(config: WorkerConfig, endItself: EndItself): Promise<{ log: Logger; running: Running }> {
  const log = createLogger({ process: 'worker', level: config.logLevel, pretty: config.logPretty });
  const connect = (name: string, size: number, settings: Record<string, string> = PLANNER) =>
    createPool({
      ...{ url: config.databaseUrl, name, size, settings, writes: true },
      onError: logErrors(log, 'database connection failed'),
    });
  const database = connect('wallet-worker', config.transactions + config.bulkTransactions + 2, DRAIN_PLANNER);
  const webhookDatabase = connect('wallet-webhooks', WEBHOOK_CONNECTIONS);
  // It connects when it is used.
  const retentionDatabase = connect('wallet-retention', 1);
  await checkDatabase(database, config.databaseUrl, 'worker', config.migrationWaitMs);
  await warnOfFailover(database, config.synchronousStandby, log);
  const partitions = await readPartitions(database, config.partitions);
  const assets = await loadAssets(database);
  const registry = createRegistry();
  // Before any work is taken: the port may be in use.
  const isReady = async (): Promise<boolean> => worker.fitsDatabase() && (await readDatabaseState(database)) === 'up';
  const health =
    config.healthPort === undefined
      ? await serveHealthSomewhere(isReady, registry)
      : await serveHealth(config.healthPort, config.host, isReady, registry);
  if (health === null) log.warn('no free port to serve health and metrics on: set WORKER_HEALTH_PORT');
  const tracing = await loadTracing({
    ...{ endpoint: config.tracesTo, service: 'wallet-worker' },
    onError: logErrors(log, 'traces cannot be exported'),
  });
  const schema = watchSchema({ database, url: config.databaseUrl, log, onMisfit: endItself });
  const worker = startWorker(config, {
    ...{ database, webhookDatabase, partitions, assets, registry, tracing, log },
    onNewerSchema: schema.look,
  });
  const retention = startRetention({ database: retentionDatabase, days: config.retention, registry, log });
  const epoch = watchEpoch({ database: webhookDatabase, log, onOther: () => assets.replace() });
  watchPools(registry, { ledger: database, webhooks: webhookDatabase });
  watchWebhookBacklog(registry, webhookDatabase);
  log.info({ partitions, health_port: health?.port }, 'worker ready');
  return {
    log,
    running: {
      async stop() {
        await Promise.all([worker.stop(), retention.stop(), schema.stop(), epoch.stop()]);
        health?.stop();
        await Promise.all([database.end(), webhookDatabase.end(), retentionDatabase.end(), tracing?.stop()]);
      },
    },
  };
}
