import { Redis } from 'ioredis';

const COMMAND_MS = 500;
const CONNECT_MS = 2_000;

const reconnect = {
  connectTimeout: CONNECT_MS,
  retryStrategy: (times: number) => Math.min(50 * times, 1_000),
};

/** A connection for senders: a command fails within half a second instead of waiting for Redis to come back. */
export function connectSender(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    ...reconnect,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_MS,
  });
  redis.on('error', onError);
  return redis;
}

/**
 * A connection for receivers: it waits for as long as it takes. Subscriptions end with the connection. Where Redis refuses one
 * that the driver repeats by itself, nobody catches the error, and it would end the process.
 */
export function connectReceiver(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...reconnect, maxRetriesPerRequest: null, autoResubscribe: false });
  redis.on('error', onError);
  return redis;
}

/** Settles as `promise` does, but no later than after `ms`. */
export async function withDeadline<Result>(promise: Promise<Result>, ms: number): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer from Redis within ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a server answers PING at `url` within a second. */
export async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  redis.on('error', () => undefined);
  try {
    await withDeadline(redis.connect(), 1_000);
    await withDeadline(redis.ping(), 1_000);
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
