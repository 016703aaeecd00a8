import type { Logger } from '@wallet/shared/process/logger';
import type { Counters } from '@wallet/shared/queue/counters';
import type { RequestHandler } from 'express';
import { type ClientRateLimitInfo, MemoryStore, type Options, type Store, rateLimit } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { Problem } from '../http/problem.ts';

/** The window of every limit: they are in requests per second. */
const WINDOW_MS = 1_000;
/** After a failure of Redis each process counts for itself this long, before one request tries Redis again. */
const APART_MS = 1_000;

export interface RateLimiter {
  /** Counts a request of a key that has a limit, and rejects requests above it with 429. */
  readonly handle: RequestHandler;
  stop(): void;
}

/**
 * Limits the requests of a key per second, counted over all API processes. While Redis is down each process counts its
 * own, so that a key gets at most its limit from each of them.
 */
export function createRateLimiter(counters: Counters, log: Logger): RateLimiter {
  const alone = new MemoryStore();
  const handle = rateLimit({
    windowMs: WINDOW_MS,
    limit: (_request, response) => response.locals.key?.rateLimit ?? 0,
    skip: (_request, response) => (response.locals.key?.rateLimit ?? null) === null,
    keyGenerator: (_request, response) => response.locals.key?.id ?? '',
    identifier: 'key',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    store: createStore(counters, alone, log),
    handler: (_request, response, next) => {
      const detail = `This key may send ${response.locals.key?.rateLimit} requests a second.`;
      next(new Problem('rate_limited', detail, { headers: { 'Retry-After': String(WINDOW_MS / 1_000) } }));
    },
  });
  return { handle, stop: () => alone.shutdown() };
}

/** Counts in Redis, or else in memory. A frozen Redis makes one request a second wait, not all of them. */
function createStore(counters: Counters, alone: MemoryStore, log: Logger): Store {
  const shared = new RedisStore({
    prefix: counters.prefix,
    sendCommand: (command: string, ...args: string[]) => counters.sendCommand(command, ...args),
  });
  let options: Options | undefined;
  let prepared: Promise<void> | null = null;
  let apartUntil: number | null = null;

  async function incrementShared(key: string): Promise<ClientRateLimitInfo> {
    if (options === undefined) throw new Error('the store has not been initialised');
    prepared ??= shared.init(options);
    await prepared;
    return shared.increment(key);
  }

  return {
    init(given) {
      options = given;
      alone.init(given);
    },
    async increment(key) {
      const now = performance.now();
      if (apartUntil !== null) {
        if (now < apartUntil) return alone.increment(key);
        apartUntil = now + APART_MS;
      }
      try {
        const counted = await incrementShared(key);
        apartUntil = null;
        return counted;
      } catch (error) {
        log.debug({ err: error }, 'rate limit counted apart');
        prepared = null;
        apartUntil = performance.now() + APART_MS;
        return alone.increment(key);
      }
    },
    decrement: (key) => shared.decrement(key),
    resetKey: (key) => shared.resetKey(key),
  };
}
