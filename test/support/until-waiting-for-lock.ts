import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';

const DEADLINE_MS = 10_000;

/** Resolves when a session of the test's database waits for an advisory lock. */
export async function untilWaitingForLock(database: Database): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const { rows } = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`,
    );
    if (rows.length > 0) return;
    await delay(5);
  }
  throw new Error('nobody waits for the lock');
}
