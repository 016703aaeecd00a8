import { ConfigError } from '@wallet/shared/words/config-error';
import { namesSeveralHosts } from '@wallet/shared/database/hosts';
import { createPool } from '@wallet/shared/database/pool';
import { readGoodKeys } from '@wallet/shared/database/tables/api-keys';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { createCounters } from '@wallet/shared/queue/counters';
import type { RedisAddress } from '@wallet/shared/queue/redis-address';
import type { RequestHandler } from 'express';
import { isLoopback } from './loopback.ts';
import { type KeyRing, createKeyRing } from './key-ring.ts';
import { createRateLimiter } from './limit-rate.ts';

export interface AccessSettings {
  readonly databaseUrl: string;
  readonly redis: RedisAddress;
  readonly queuePrefix: string;
  /** The address that the API listens on. */
  readonly host: string;
  /** Whether every caller who can reach it may use it while there are no keys. */
  readonly allowAnonymous: boolean;
}

export interface Access {
  readonly keys: KeyRing;
  readonly limitRate: RequestHandler;
  stop(): Promise<void>;
}

/** A read of the keys that takes longer is repeated a second later. */
const READ_MS = 2_000;

/**
 * Reads the keys on a connection of their own, so that they are read in time however busy the others are.
 * @throws ConfigError if there are none, and the API would be open to other machines.
 */
export async function startAccess(settings: AccessSettings, log: Logger): Promise<Access> {
  const database = createPool({
    url: settings.databaseUrl,
    name: 'wallet-api-keys',
    size: 1,
    statementMs: READ_MS,
    writes: namesSeveralHosts(settings.databaseUrl),
    onError: logErrors(log, 'database connection for keys failed'),
  });
  let keys: KeyRing | undefined;
  try {
    keys = await createKeyRing(() => readGoodKeys(database), log);
    if (keys.isOpen()) refuseToBeOpen(settings);
  } catch (error) {
    keys?.stop();
    await database.end();
    throw error;
  }
  const counters = createCounters({
    ...settings.redis,
    prefix: settings.queuePrefix,
    onError: logErrors(log, 'rate limit connection failed'),
  });
  const limiter = createRateLimiter(counters, log);
  return {
    keys,
    limitRate: limiter.handle,
    async stop() {
      keys.stop();
      limiter.stop();
      counters.close();
      await database.end();
    },
  };
}

function refuseToBeOpen({ host, allowAnonymous }: AccessSettings): void {
  if (isLoopback(host) || allowAnonymous) return;
  throw new ConfigError(
    `There are no API keys, so every client that reaches ${host} could do everything. Create a key first (npm run ` +
      'keys -- create), or set ALLOW_ANONYMOUS=true where only trusted callers can reach it.',
  );
}
