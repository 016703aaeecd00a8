import { tmpdir } from 'node:os';
import { booleanSetting, readSettings, sharedSettings, webhookSettings } from '@wallet/shared/config';
import { z } from 'zod';

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  /** Whether the API may be open to whoever reaches it, on whatever address, as long as there are no keys. */
  readonly allowAnonymous: boolean;
  readonly databaseUrl: string;
  readonly databaseConnections: number;
  readonly redisUrl: string;
  readonly queuePrefix: string;
  readonly logLevel: string;
  readonly logPretty: boolean;
  readonly partitions: number | undefined;
  readonly spoolFolder: string;
  /** What the secrets of webhook endpoints are sealed with; without it there are no webhooks. */
  readonly webhookKey: Buffer | undefined;
  /** Whether webhooks may go to private addresses and over plain http, for development. */
  readonly webhookAllowPrivate: boolean;
}

/** @throws ConfigError naming what is missing or wrong. */
export function readApiConfig(env: NodeJS.ProcessEnv): ApiConfig {
  const settings = readSettings(
    {
      ...sharedSettings,
      ...webhookSettings,
      HOST: z.string().default('127.0.0.1'),
      PORT: z.coerce.number().int().min(0).max(65_535).default(8000),
      API_DATABASE_CONNECTIONS: z.coerce.number().int().min(2).max(100).default(10),
      ALLOW_ANONYMOUS: booleanSetting(false),
      SPOOL_DIR: z.string().default(tmpdir()),
    },
    env,
  );
  return Object.freeze({
    host: settings.HOST,
    port: settings.PORT,
    allowAnonymous: settings.ALLOW_ANONYMOUS,
    databaseUrl: settings.DATABASE_URL,
    databaseConnections: settings.API_DATABASE_CONNECTIONS,
    redisUrl: settings.REDIS_URL,
    queuePrefix: settings.QUEUE_PREFIX,
    logLevel: settings.LOG_LEVEL,
    logPretty: settings.LOG_PRETTY,
    partitions: settings.PARTITIONS,
    spoolFolder: settings.SPOOL_DIR,
    webhookKey: settings.WEBHOOK_KEY,
    webhookAllowPrivate: settings.WEBHOOK_ALLOW_PRIVATE,
  });
}
