import { setTimeout as delay } from 'node:timers/promises';
import { type Month, firstIdOf, monthOfId } from '../../words/month.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';

/** A month that was written. */
export interface ArchivedMonth {
  readonly month: Month;
  readonly manifestHash: string;
  readonly isRemoved: boolean;
}

/**
 * Takes the lock of the archive until the session ends. It waits for a session that was killed, which the server may
 * notice late.
 * @returns whether the lock was free.
 */
export async function lockArchive(database: Queryable): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    const { rows } = await database.query<{ held: boolean }>(
      `SELECT pg_try_advisory_lock(${ADVISORY_LOCK.archive}, 0) AS held`,
    );
    if (rows[0]?.held) return true;
    if (performance.now() - began > LOCK_MS) return false;
    await delay(LOCK_MS / 20);
  }
}

const LOCK_MS = 2_000;

export async function unlockArchive(database: Queryable): Promise<void> {
  await database.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCK.archive}, 0)`);
}

/** All of them, oldest first. */
export async function listArchives(database: Queryable): Promise<ArchivedMonth[]> {
  const { rows } = await database.query<ArchivedMonth>(
    `SELECT to_char(month, 'YYYY-MM') AS month, encode(manifest_hash, 'hex') AS "manifestHash",
            removed_at IS NOT NULL AS "isRemoved"
     FROM archives ORDER BY archives.month`,
  );
  return rows;
}

/** The month of the first operation in the database; null if there is none. */
export async function findFirstMonth(database: Queryable): Promise<Month | null> {
  const { rows } = await database.query<{ id: string }>('SELECT id FROM operations ORDER BY id LIMIT 1');
  return rows[0] === undefined ? null : monthOfId(rows[0].id);
}

/** The newest month that may be archived, by the clock of the database: it ended at least a day ago. */
export async function findLastMonth(database: Queryable): Promise<Month> {
  const { rows } = await database.query<{ month: Month }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC' - interval '1 day' - interval '1 month', 'YYYY-MM') AS month`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database did not tell the time');
  return row.month;
}

export async function insertArchive(
  database: Queryable,
  {
    month,
    behind,
    ...counts
  }: Readonly<Record<'month' | 'behind' | 'manifestHash', string>> &
    Readonly<Record<'operations' | 'movements' | 'failures', number>>,
): Promise<void> {
  await database.query(
    `INSERT INTO archives (month, before_id, operations, movements, failures, manifest_hash)
     VALUES (($1 || '-01')::date, $2, $3, $4, $5, decode($6, 'hex'))`,
    [month, firstIdOf(behind), counts.operations, counts.movements, counts.failures, counts.manifestHash],
  );
}

/** Records that the rows of a month are deleted. */
export async function markRemoved(database: Queryable, month: Month): Promise<void> {
  await database.query(
    `UPDATE archives SET removed_at = now() WHERE month = ($1 || '-01')::date AND removed_at IS NULL`,
    [month],
  );
}

/** The state of an account after its archived movements; texts, as in the files. */
export interface ArchiveCheckpoint {
  readonly accountId: string;
  readonly version: string;
  readonly balance: string;
  readonly operationId: string;
  readonly accepted: string | null;
  readonly movedAt: string;
}

/** Stores checkpoints; one that is at least as far already stays. */
export async function keepArchiveCheckpoints(
  database: Queryable,
  checkpoints: readonly ArchiveCheckpoint[],
): Promise<void> {
  await database.query(
    `INSERT INTO archive_checkpoints (account_id, version, balance, operation_id, accepted, moved_at)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::numeric[], $4::uuid[], $5::numeric[], $6::timestamptz[])
     ON CONFLICT (account_id) DO UPDATE
       SET version = excluded.version, balance = excluded.balance, operation_id = excluded.operation_id,
           accepted = excluded.accepted, moved_at = excluded.moved_at
       WHERE archive_checkpoints.version < excluded.version`,
    [
      ...[checkpoints.map(({ accountId }) => accountId), checkpoints.map(({ version }) => version)],
      ...[checkpoints.map(({ balance }) => balance), checkpoints.map(({ operationId }) => operationId)],
      ...[checkpoints.map(({ accepted }) => accepted), checkpoints.map(({ movedAt }) => movedAt)],
    ],
  );
}

/**
 * Deletes operations with their movements, failures, terms, and the rows of holds and reversals. The operations are
 * deleted first, while the law can still see that they have ended. Only within a transaction.
 * @returns how many there were, and how many of them had succeeded and failed: fewer than requested if some are already
 * deleted.
 */
export async function deleteArchived(
  database: Queryable,
  ids: readonly string[],
): Promise<Record<'operations' | 'succeeded' | 'failures', number>> {
  const remove = (table: string, key = 'operation_id') =>
    database.query<{ leg?: number }>(
      `DELETE FROM ${table} WHERE ${key} = ANY ($1::uuid[]) ${table === 'movements' ? 'RETURNING leg' : ''}`,
      [ids],
    );
  const operations = await remove('operations', 'id');
  const movements = await remove('movements');
  const failures = await remove('failures');
  for (const table of ['operation_terms', 'operation_legs', 'holds', 'reversed_operations']) await remove(table);
  return {
    operations: operations.rowCount ?? 0,
    succeeded: movements.rows.filter(({ leg }) => leg === 0).length,
    failures: failures.rowCount ?? 0,
  };
}

/** Whether operations are pending. */
export async function isBusy(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ busy: boolean }>(
    `SELECT EXISTS (SELECT FROM pending_operations) OR EXISTS (SELECT FROM batch_parts WHERE open) AS busy`,
  );
  return rows[0]?.busy ?? false;
}
