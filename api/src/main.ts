import { namesSeveralHosts } from '@wallet/shared/database/hosts';
import { checkDatabase } from '@wallet/shared/database/migrate/check-database';
import { createPool } from '@wallet/shared/database/pool';
import { createHistory } from '@wallet/shared/database/replica';
import { PLANNERS } from '@wallet/shared/database/session';
import { readPartitions } from '@wallet/shared/database/tables/settings';
import { logErrors } from '@wallet/shared/process/log-errors';
import { type Logger, createLogger } from '@wallet/shared/process/logger';
import { createRegistry } from '@wallet/shared/process/metrics';
import { readOptions } from '@wallet/shared/process/read-options';
import { type EndItself, type Running, runProcess } from '@wallet/shared/process/run-process';
import { loadTracing } from '@wallet/shared/process/load-tracing';
import { watchSchema } from '@wallet/shared/process/watch-schema';
import { warnOfFailover } from '@wallet/shared/process/warn-of-failover';
import { startApi } from './api.ts';
import { checkSpool } from './batches/spool.ts';
import { type ApiConfig, readApiConfig } from './config.ts';

/**
 * Operations to store are looked up by keys: by default the planner plans again for a short list, which takes longer
 * than running the statement.
 */
const STORING_PLANNER = { ...PLANNERS.api, plan_cache_mode: 'force_generic_plan' };

const HELP = `npm run start:api

Serves the HTTP API on PORT (8000) of HOST (127.0.0.1), for a migrated DATABASE_URL and a REDIS_URL. Any number of them can run
beside each other, and beside any number of workers; API_PROCESSES of them share one port. docs/configuration.md lists the
settings. SIGTERM stops it gracefully. Exit status 2 if it cannot start.`;

await runProcess({
  help: HELP,
  failed: 'The API could not start',
  read(args) {
    readOptions('npm run start:api', args, {});
    return readApiConfig(process.env);
  },
  processes: ({ processes }) => processes,
  createLog: ({ logLevel, logPretty }) =>
    createLogger({ process: 'api-supervisor', level: logLevel, pretty: logPretty }),
  start,
});

async function start(config: ApiConfig, endItself: EndItself): Promise<{ log: Logger; running: Running }> {
  const log = createLogger({ process: 'api', level: config.logLevel, pretty: config.logPretty });
  const connect = (url: string, size: number, more: { writes: boolean; settings?: Record<string, string> }) =>
    createPool({
      ...{ url, name: 'wallet-api', size, settings: PLANNERS.api, ...more },
      onError: logErrors(log, 'database connection failed'),
    });
  const { databaseUrl, readDatabaseUrl, connections } = config;
  // A server that accepts no writes still answers reads. If there are others, one of them has the latest writes.
  const database = connect(databaseUrl, connections.reading, { writes: namesSeveralHosts(databaseUrl) });
  const storing = connect(databaseUrl, connections.storing, { writes: true, settings: STORING_PLANNER });
  const replica =
    readDatabaseUrl === undefined ? null : connect(readDatabaseUrl, connections.reading, { writes: false });
  const history = createHistory(
    database,
    replica,
    logErrors(log, 'the replica cannot be used: reading from the primary'),
  );
  await checkSpool(config.spoolFolder);
  await checkDatabase(database, config.databaseUrl, 'api', config.migrationWaitMs);
  await warnOfFailover(database, config.synchronousStandby, log);
  const partitions = await readPartitions(database, config.partitions);
  const tracing = await loadTracing({
    ...{ endpoint: config.tracesTo, service: 'wallet-api' },
    onError: logErrors(log, 'traces cannot be exported'),
  });
  const registry = createRegistry();
  const api = await startApi(config, { database, storing, history, partitions, registry, tracing, log });
  const schema = watchSchema({ database, url: config.databaseUrl, log, onMisfit: endItself });
  log.info({ host: config.host, port: api.port }, 'api ready');
  return {
    log,
    running: {
      async stop() {
        await Promise.all([api.stop(), schema.stop()]);
        await Promise.all([database.end(), storing.end(), replica?.end(), tracing?.stop()]);
      },
    },
  };
}
