import { createPool } from '@wallet/shared/database/pool';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { createLogger } from '@wallet/shared/logger';
import { logErrors } from '@wallet/shared/log-errors';
import { runProcess } from '@wallet/shared/run-process';
import { readWorkerConfig } from './config.ts';
import { PLANNER } from './planner.ts';
import { serveHealth } from './serve-health.ts';
import { startWorker } from './worker.ts';

await runProcess(async () => {
  const config = readWorkerConfig(process.env);
  const log = createLogger({ process: 'worker', level: config.logLevel, pretty: config.logPretty });
  const database = createPool({
    url: config.databaseUrl,
    name: 'wallet-worker',
    size: config.transactions + config.bulkTransactions + 2,
    onError: logErrors(log, 'database connection failed'),
    settings: PLANNER,
  });
  const partitions = await readPartitions(database, config.partitions);
  const worker = startWorker(config, { database, partitions, log });
  const answers = () => database.query('SELECT 1').then(Boolean, () => false);
  const stopHealth = config.healthPort ? await serveHealth(config.healthPort, config.host, answers) : () => undefined;
  log.info({ partitions }, 'worker ready');
  return {
    log,
    running: {
      async stop() {
        await worker.stop();
        stopHealth();
        await database.end();
      },
    },
  };
});
