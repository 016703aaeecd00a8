import { tmpdir } from 'node:os';
import {
  booleanSetting,
  databaseSetting,
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
import { isLoopback } from './access/loopback.ts';
import type { AdmissionLimits } from './admission/admission.ts';

export interface ApiConfig {
  /** How many processes share this work and the port. Every other number here is per process. */
  readonly processes: number;
  readonly host: string;
  readonly port: number;
  /** Whether the API may be open to every caller, on any address, while there are no keys. */
  readonly allowAnonymous: boolean;
  readonly databaseUrl: string;
  /** Where history is read, if not from the primary. */
  readonly readDatabaseUrl: string | undefined;
  readonly synchronousStandby: SynchronousStandby;
  /** The numbers of connections that read, and that store operations. */
  readonly connections: { readonly reading: number; readonly storing: number };
  readonly admission: AdmissionLimits;
  /** The most client connections at once; further ones are closed. */
  readonly maxConnections: number;
  /** Whether `/metrics` is served, to every caller. */
  readonly metrics: boolean;
  /** Where traces are exported; nothing is traced if undefined. */
  readonly tracesTo?: string | undefined;
  readonly redis: RedisAddress;
  readonly queuePrefix: string;
  readonly logLevel: string;
  readonly logPretty: boolean;
  readonly partitions: number | undefined;
  /** How long the start waits for the schema of this version. */
  readonly migrationWaitMs: number;
  readonly spoolFolder: string;
  /** The key that encrypts the secrets of webhook endpoints; without it there are no webhooks. */
  readonly webhookKey: Buffer | undefined;
  /** Whether webhooks may go to private addresses and over plain http, for development. */
  readonly webhookAllowPrivate: boolean;
}

/** The share of the connections that store operations: an upload holds one, and four are read at once. */
const STORING_SHARE = 0.6;
const count = (least: number, most: number, fallback: number) => numberSetting(least, most).default(fallback);

/** The settings of an API that listens on `host`. */
export function apiSettings(host: string | undefined) {
  return {
    ...sharedSettings,
    ...webhookSettings,
    ...tracingSettings,
    HOST: z.string().default('127.0.0.1'),
    PORT: count(0, 65_535, 8000),
    READ_DATABASE_URL: databaseSetting().optional(),
    SYNCHRONOUS_STANDBY: synchronousStandbySetting,
    API_DATABASE_CONNECTIONS: count(4, 100, 10),
    API_PROCESSES: processesSetting(),
    API_MAX_CONNECTIONS: count(1, 1_000_000, 16_000),
    ADMISSION_PENDING_OPERATIONS: count(1, 1_000_000, 10_000),
    ADMISSION_PENDING_LINES: count(1, 1_000_000_000, 5_000_000),
    ADMISSION_PENDING_AGE_S: count(1, 86_400, 30),
    ADMISSION_WAITING_REQUESTS: count(1, 100_000, 1_000),
    ADMISSION_EVENT_LOOP_MS: count(10, 60_000, 200),
    METRICS_ENABLED: booleanSetting(host ? isLoopback(host) : true),
    ALLOW_ANONYMOUS: booleanSetting(false),
    SPOOL_DIR: z.string().default(tmpdir()),
  };
}

/** @throws ConfigError naming what is missing or wrong. */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const settings = readSettings(apiSettings(env['HOST']), env);
  const connections = settings.API_DATABASE_CONNECTIONS;
  const storing = Math.ceil(connections * STORING_SHARE);
  return Object.freeze({
    processes: settings.API_PROCESSES,
    host: settings.HOST,
    port: settings.PORT,
    allowAnonymous: settings.ALLOW_ANONYMOUS,
    databaseUrl: settings.DATABASE_URL,
    readDatabaseUrl: settings.READ_DATABASE_URL,
    synchronousStandby: settings.SYNCHRONOUS_STANDBY,
    connections: { reading: connections - storing, storing },
    admission: {
      pendingOperations: settings.ADMISSION_PENDING_OPERATIONS,
      pendingLines: settings.ADMISSION_PENDING_LINES,
      pendingAgeMs: settings.ADMISSION_PENDING_AGE_S * 1000,
      waitingRequests: settings.ADMISSION_WAITING_REQUESTS,
      eventLoopMs: settings.ADMISSION_EVENT_LOOP_MS,
    },
    maxConnections: settings.API_MAX_CONNECTIONS,
    metrics: settings.METRICS_ENABLED,
    tracesTo: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    redis: readRedisAddress(settings),
    queuePrefix: settings.QUEUE_PREFIX,
    logLevel: settings.LOG_LEVEL,
    logPretty: settings.LOG_PRETTY,
    partitions: settings.PARTITIONS,
    migrationWaitMs: settings.MIGRATION_WAIT_S * 1000,
    spoolFolder: settings.SPOOL_DIR,
    webhookKey: settings.WEBHOOK_KEY,
    webhookAllowPrivate: settings.WEBHOOK_ALLOW_PRIVATE,
  });
}
