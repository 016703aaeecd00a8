import { createPool } from '@wallet/shared/database/pool';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { logErrors } from '@wallet/shared/log-errors';
import { createLogger } from '@wallet/shared/logger';
import { runProcess } from '@wallet/shared/run-process';
import { startApi } from './api.ts';
import { readApiConfig } from './config.ts';

/** The queue is empty when plans are made and long when they matter: it is read by key, always. */
const PLANNER = { enable_seqscan: 'off', jit: 'off' };

await runProcess(async () => {
  const config = readApiConfig(process.env);
  const log = createLogger({ process: 'api', level: config.logLevel, pretty: config.logPretty });
  const database = createPool({
    url: config.databaseUrl,
    name: 'wallet-api',
    size: config.databaseConnections,
    onError: logErrors(log, 'database connection failed'),
    settings: PLANNER,
  });
  const partitions = await readPartitions(database, config.partitions);
  const api = await startApi(config, { database, partitions, log });
  log.info({ host: config.host, port: api.port }, 'api ready');
  return {
    log,
    running: {
      async stop() {
        await api.stop();
        await database.end();
      },
    },
  };
});
