import { createPool } from '@wallet/shared/database/pool';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { logErrors } from '@wallet/shared/log-errors';
import { createLogger } from '@wallet/shared/logger';
import { createRegistry } from '@wallet/shared/metrics';
import { runProcess } from '@wallet/shared/run-process';
import { startApi } from './api.ts';
import { readApiConfig } from './config.ts';

/** The queue is empty when plans are made and long when they matter: it is read by key, always. */
const PLANNER = { enable_seqscan: 'off', jit: 'off' };

await runProcess(async () => {
  const config = readApiConfig(process.env);
  const log = createLogger({ process: 'api', level: config.logLevel, pretty: config.logPretty });
  const connect = (size: number) =>
    createPool({
      ...{ url: config.databaseUrl, name: 'wallet-api', size, settings: PLANNER },
      onError: logErrors(log, 'database connection failed'),
    });
  const database = connect(config.connections.reading);
  const storing = connect(config.connections.storing);
  const partitions = await readPartitions(database, config.partitions);
  const api = await startApi(config, { database, storing, partitions, registry: createRegistry(), log });
  log.info({ host: config.host, port: api.port }, 'api ready');
  return {
    log,
    running: {
      async stop() {
        await api.stop();
        await Promise.all([database.end(), storing.end()]);
      },
    },
  };
});
