import { numberSetting, readSettings, sharedSettings, webhookSettings } from '@wallet/shared/process/config';
import { z } from 'zod';

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly logLevel: string;
  readonly logPretty: boolean;
  readonly partitions: number | undefined;
  /** How long the start waits for the schema of this version. */
  readonly migrationWaitMs: number;
  /** The most operations in one transaction of single operations. */
  readonly batchLimit: number;
  /** The most operations in one transaction of batches: as long as it takes, one partition waits. */
  readonly bulkLimit: number;
  /** How many transactions of single operations one worker has under way at once. */
  readonly transactions: number;
  /** And how many of batches. */
  readonly bulkTransactions: number;
  /** What the secrets of webhooks are sealed with; without it none are sent. */
  readonly webhookKey: Buffer | undefined;
  /** Whether webhooks may go to inner networks, and without TLS. */
  readonly webhookAllowPrivate: boolean;
  /** Where health is served; not at all if undefined. */
  readonly healthPort: number | undefined;
  readonly host: string;
}

/** @throws ConfigError naming what is missing or wrong. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const settings = readSettings(
    {
      ...sharedSettings,
      ...webhookSettings,
      WORKER_BATCH_LIMIT: numberSetting(1, 10_000).default(1_000),
      WORKER_TRANSACTIONS: numberSetting(1, 32).default(1),
      WORKER_BULK_LIMIT: numberSetting(1, 10_000).default(4_000),
      WORKER_BULK_TRANSACTIONS: numberSetting(1, 32).default(3),
      WORKER_HEALTH_PORT: numberSetting(1, 65_535).optional(),
      HOST: z.string().default('127.0.0.1'),
    },
    env,
  );
  return Object.freeze({
    databaseUrl: settings.DATABASE_URL,
    redisUrl: settings.REDIS_URL,
    queuePrefix: settings.QUEUE_PREFIX,
    logLevel: settings.LOG_LEVEL,
    logPretty: settings.LOG_PRETTY,
    partitions: settings.PARTITIONS,
    migrationWaitMs: settings.MIGRATION_WAIT_S * 1000,
    batchLimit: settings.WORKER_BATCH_LIMIT,
    transactions: settings.WORKER_TRANSACTIONS,
    bulkLimit: settings.WORKER_BULK_LIMIT,
    bulkTransactions: settings.WORKER_BULK_TRANSACTIONS,
    webhookKey: settings.WEBHOOK_KEY,
    webhookAllowPrivate: settings.WEBHOOK_ALLOW_PRIVATE,
    healthPort: settings.WORKER_HEALTH_PORT,
    host: settings.HOST,
  });
}
