import type { Database } from '@wallet/shared/database/pool';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import type { Registry } from '@wallet/shared/process/metrics';
import { repeat } from '@wallet/shared/process/repeat';
import { type RetentionDays, deletePiece } from './delete-piece.ts';
import { measureRetention } from './measure-retention.ts';

/** The size of the first piece; halved after a slow one, and doubled after a fast one. */
const FIRST_LIMIT = 500;
const LEAST_LIMIT = 50;
const MOST_LIMIT = 4_000;
const LONG_MS = 100;
const SHORT_MS = 25;
/** The pause after a piece that failed. */
const FAILED_MS = 60_000;

export interface Retention {
  /** Lets the current piece end, which takes a moment; there is none after it. */
  stop(): Promise<void>;
}

/**
 * Deletes rows older than `days` piece by piece, and measures that. Does nothing if nothing is to be deleted.
 * `database` is a pool of its own, so that it takes no connection from applying and sending.
 */
export function startRetention(options: {
  database: Database;
  days: RetentionDays;
  registry: Registry;
  log: Logger;
}): Retention {
  const { database, days, log } = options;
  if (Object.keys(days).length === 0) return { stop: () => Promise.resolve() };
  const metrics = measureRetention(options.registry, database, days);
  const onError = logErrors(log, 'deleting expired rows failed');
  let limit = FIRST_LIMIT;
  let waitMs = 0;

  async function work(): Promise<void> {
    const started = performance.now();
    try {
      const turn = await deletePiece(database, days, limit);
      const tookMs = performance.now() - started;
      waitMs = turn.waitMs;
      metrics.deleted(turn.deleted);
      if (tookMs > LONG_MS) limit = Math.max(LEAST_LIMIT, Math.floor(limit / 2));
      else if (tookMs < SHORT_MS) limit = Math.min(MOST_LIMIT, 2 * limit);
    } catch (error) {
      limit = Math.max(LEAST_LIMIT, Math.floor(limit / 2));
      waitMs = FAILED_MS;
      onError(error);
    }
  }

  log.info({ days }, 'deleting expired rows');
  return repeat(() => waitMs, work);
}
