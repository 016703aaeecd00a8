import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { ConfigError } from '../../words/config-error.ts';
import { sqlstateOf } from '../sqlstate.ts';

/**
 * Runs `work` in a transaction that locks tables while processes use them. A waiting lock request blocks the processes
 * behind it: so no request waits longer than `LOCK_MS`, and after a pause the whole transaction is retried, for
 * `PATIENCE_MS` in total. `work` must be safe to repeat.
 * @throws ConfigError if a transaction has blocked it all that time. Then nothing has changed.
 */
export async function inPatientTransaction<Result>(
  client: pg.ClientBase,
  work: () => Promise<Result>,
): Promise<Result> {
  const began = performance.now();
  for (;;) {
    try {
      await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`);
      const result = await work();
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      if (!IN_THE_WAY.has(sqlstateOf(error) ?? '')) throw error;
      if (performance.now() - began > PATIENCE_MS) throw new ConfigError(IMPATIENT, { cause: error });
      await delay(PAUSE_MS * (1 + Math.random()));
    }
  }
}

/** Longer than deadlock_timeout (1 s), after which a server cancels an autovacuum that blocks a lock. */
const LOCK_MS = 1_200;
const PAUSE_MS = 1_500;
const PATIENCE_MS = 120_000;
/** A deadlock with a running process, and a lock timeout. */
const IN_THE_WAY = new Set(['40P01', '55P03']);
const IMPATIENT =
  `Tables are in use by long transactions, and could not be locked for ${PATIENCE_MS / 1000} s: see xact_start in ` +
  'pg_stat_activity. Wait until they have ended (one may be storing a large batch), then run npm run migrate again.';
