import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '@wallet/shared/database/pool';

const DEADLINE_MS = 10_000;

/** Resolves when this many sessions of the test's database wait for locks. */
export async function untilWaitingForLocks(database: Database, count = 1, withinMs = DEADLINE_MS): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { rows } = await database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND state = 'active'`,
    );
    if (rows.length === count) return;
    if (Date.now() > deadline) throw new Error(`${rows.length} wait for locks, not ${count}`);
    await delay(5);
  }
}
