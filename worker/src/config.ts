import {
  numberSetting,
  processesSetting,
  readSettings,
  sharedSettings,
  webhookSettings,
} from '@wallet/shared/process/config';
import { tracingSettings } from '@wallet/shared/process/tracing';
import { readRedisAddress } from '@wallet/shared/process/redis-settings';
import { type SynchronousStandby, synchronousStandbySetting } from '@wallet/shared/process/warn-of-failover';
import type { RedisAddress } from '@wallet/shared/queue/redis-address';
import { z } from 'zod';
import type { RetentionDays } from './retention/delete-piece.ts';

export interface WorkerConfig {
  /** How many processes share this work and the health port. Every other number here is per process. */
  readonly processes: number;
  readonly databaseUrl: string;
  readonly synchronousStandby: SynchronousStandby;
  readonly redis: RedisAddress;
  readonly queuePrefix: string;
  readonly logLevel: string;
  readonly logPretty: boolean;
  readonly partitions: number | undefined;
  /** How long the start waits for the schema of this version. */
  readonly migrationWaitMs: number;
  /** The most operations in one transaction of single operations. */
  readonly batchLimit: number;
  /** The most operations in one transaction of batches, for which one partition has to wait. */
  readonly bulkLimit: number;
  /** How many transactions of single operations one worker runs at once. */
  readonly transactions: number;
  /** And how many of batches. */
  readonly bulkTransactions: number;
  /** The key that encrypts webhook secrets; without it no webhooks are sent. */
  readonly webhookKey: Buffer | undefined;
  /** Whether webhooks may go to internal networks, and without TLS. */
  readonly webhookAllowPrivate: boolean;
  /** Age limits for deletion. */
  readonly retention: RetentionDays;
  /** Where traces are exported; nothing is traced if undefined. */
  readonly tracesTo?: string | undefined;
  /** Where health and metrics are served; if undefined, on the first free port of loopback from 9464 on. */
  readonly healthPort: number | undefined;
  readonly host: string;
}

/** A hundred years. */
const MOST_DAYS = 36_500;
const daysSetting = numberSetting(1, MOST_DAYS).optional();

export const workerSettings = {
  ...sharedSettings,
  ...webhookSettings,
  ...tracingSettings,
  SYNCHRONOUS_STANDBY: synchronousStandbySetting,
  WORKER_PROCESSES: processesSetting(),
  WORKER_BATCH_LIMIT: numberSetting(1, 10_000).default(1_000),
  WORKER_TRANSACTIONS: numberSetting(1, 32).default(1),
  WORKER_BULK_LIMIT: numberSetting(1, 10_000).default(4_000),
  WORKER_BULK_TRANSACTIONS: numberSetting(1, 32).default(3),
  WORKER_HEALTH_PORT: numberSetting(1, 65_535).optional(),
  RETENTION_EVENTS_DAYS: daysSetting,
  RETENTION_DELIVERIES_DAYS: daysSetting,
  RETENTION_ATTEMPTS_DAYS: daysSetting,
  RETENTION_BATCH_KEYS_DAYS: daysSetting,
  HOST: z.string().default('127.0.0.1'),
};

/** @throws ConfigError naming what is missing or wrong. */
export function readWorkerConfig(env: NodeJS.ProcessEnv): WorkerConfig {
  const settings = readSettings(workerSettings, env);
  return Object.freeze({
    processes: settings.WORKER_PROCESSES,
    databaseUrl: settings.DATABASE_URL,
    synchronousStandby: settings.SYNCHRONOUS_STANDBY,
    redis: readRedisAddress(settings),
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
    retention: retentionOf(settings),
    tracesTo: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    healthPort: settings.WORKER_HEALTH_PORT,
    host: settings.HOST,
  });
}

/** A delivery is not kept longer than its event, nor an attempt longer than its delivery. */
function retentionOf(settings: {
  readonly RETENTION_EVENTS_DAYS?: number | undefined;
  readonly RETENTION_DELIVERIES_DAYS?: number | undefined;
  readonly RETENTION_ATTEMPTS_DAYS?: number | undefined;
  readonly RETENTION_BATCH_KEYS_DAYS?: number | undefined;
}): RetentionDays {
  const events = settings.RETENTION_EVENTS_DAYS ?? Infinity;
  const deliveries = Math.min(settings.RETENTION_DELIVERIES_DAYS ?? Infinity, events);
  const attempts = Math.min(settings.RETENTION_ATTEMPTS_DAYS ?? Infinity, deliveries);
  const days = { events, deliveries, attempts, batch_keys: settings.RETENTION_BATCH_KEYS_DAYS ?? Infinity };
  return Object.freeze(Object.fromEntries(Object.entries(days).filter(([, kept]) => kept !== Infinity)));
}
