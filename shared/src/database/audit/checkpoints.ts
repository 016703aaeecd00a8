import type { Database, Queryable } from '../pool.ts';
import { FIRST_ID } from './bounds.ts';
import type { Pieces } from './pieces.ts';

/** The version up to which an account was verified. Texts, as the database returns them. */
export interface AccountCheckpoint {
  readonly accountId: string;
  readonly version: string;
  readonly balance: string;
  /** The latest position in the order of acceptance among its movements; null if none has one. */
  readonly accepted: string | null;
}

/** An audit that began and has not ended. */
export interface InterruptedRun<Place> {
  readonly runId: string;
  readonly sinceCheckpoint: boolean;
  readonly place: Place;
  readonly violations: number;
}

/** Whether this user may store checkpoints in this database; not on a standby, for instance. */
export async function mayKeepCheckpoints(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ may: boolean }>(
    `SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off'
        AND has_any_column_privilege('audit_checkpoints', 'INSERT') AND has_any_column_privilege('audit_progress', 'UPDATE') AS may`,
  );
  return rows[0]?.may ?? false;
}

export async function readInterruptedRun(database: Database): Promise<InterruptedRun<unknown> | null> {
  const { rows } = await database.query<InterruptedRun<unknown>>(
    `SELECT run_id AS "runId", since_checkpoint AS "sinceCheckpoint", place, violations::int FROM audit_progress
     WHERE run_id IS NOT NULL`,
  );
  return rows[0] ?? null;
}

/** The id up to which earlier audits verified operations. */
export async function readOperationsUpTo(database: Database): Promise<string> {
  const { rows } = await database.query<{ id: string | null }>('SELECT operations_up_to AS id FROM audit_progress');
  return rows[0]?.id ?? FIRST_ID;
}

/** Records that a run has begun; an earlier interrupted one can then no longer be continued. */
export async function beginRun(database: Database, run: InterruptedRun<unknown>): Promise<void> {
  await database.query(
    `UPDATE audit_progress SET run_id = $1, since_checkpoint = $2, place = $3, violations = $4, begun_at = now(), saved_at = now()`,
    [run.runId, run.sinceCheckpoint, JSON.stringify(run.place), run.violations],
  );
}

/** Records the progress of a run; has no effect if another run has begun meanwhile. */
export async function saveRun(
  database: Database,
  run: Omit<InterruptedRun<unknown>, 'sinceCheckpoint'>,
): Promise<void> {
  await database.query('UPDATE audit_progress SET place = $2, violations = $3, saved_at = now() WHERE run_id = $1', [
    run.runId,
    JSON.stringify(run.place),
    run.violations,
  ]);
}

/** Ends a run. Operations up to `operationsUpTo` need not be examined again; null if that is not known. */
export async function endRun(
  database: Database,
  { runId, operationsUpTo, violations }: { runId: string; operationsUpTo: string | null; violations: number },
): Promise<void> {
  await database.query(
    `UPDATE audit_progress
     SET operations_up_to = greatest(operations_up_to, $2::uuid),
         run_id = NULL, since_checkpoint = NULL, place = NULL, violations = NULL, begun_at = NULL, saved_at = now(),
         last_finished_at = clock_timestamp(), last_violations = $3
     WHERE run_id = $1`,
    [runId, operationsUpTo, violations],
  );
}

/** The result of the last audit that stored checkpoints and finished; null if there was none. */
export async function readLastAudit(database: Queryable): Promise<{ finishedAt: Date; violations: number } | null> {
  const { rows } = await database.query<{ finishedAt: Date; violations: number }>({
    name: 'readLastAudit',
    text: `SELECT last_finished_at AS "finishedAt", last_violations::int AS violations FROM audit_progress
           WHERE last_finished_at IS NOT NULL`,
  });
  return rows[0] ?? null;
}

/** Stores checkpoints of accounts; one that is further already stays. */
export async function keepCheckpoints(database: Database, checkpoints: readonly AccountCheckpoint[]): Promise<void> {
  if (checkpoints.length === 0) return;
  await database.query(
    `INSERT INTO audit_checkpoints (account_id, version, balance, accepted)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::numeric[], $4::numeric[]) AS kept (account_id, version, balance, accepted)
     ORDER BY account_id
     ON CONFLICT (account_id) DO UPDATE
       SET version = excluded.version, balance = excluded.balance, accepted = excluded.accepted, checked_at = now()
       WHERE audit_checkpoints.version < excluded.version`,
    [
      ...[checkpoints.map((each) => each.accountId), checkpoints.map((each) => each.version)],
      ...[checkpoints.map((each) => each.balance), checkpoints.map((each) => each.accepted)],
    ],
  );
}

/** The clock of the database, and which transactions had begun by then. */
export interface Mark {
  readonly at: string;
  readonly xmax: string;
}

export async function markTime(pieces: Pieces): Promise<Mark> {
  return pieces.read(async (client) => {
    const { rows } = await client.query<Mark>(
      'SELECT clock_timestamp()::text AS at, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax',
    );
    const [mark] = rows;
    if (mark === undefined) throw new Error('the database did not tell the time');
    return mark;
  });
}

/**
 * An id up to which no operation is pending and none will be added: that of a moment some time before `mark` whose
 * transactions have all ended. The id of an operation, which contains the time, is created shortly before the
 * transaction that adds it.
 * @returns null if there is none: a batch whose transaction had begun is still being stored.
 */
export async function findSettledId(pieces: Pieces, mark: Mark): Promise<string | null> {
  return pieces.read(async (client) => {
    const { rows } = await client.query<{ id: string | null }>(
      `SELECT least(
         (SELECT min(after_id::text) FROM batch_parts WHERE open)::uuid,
         (SELECT ${beginningOf("replace(min(operation_id::text), '-', '')")} FROM pending_operations),
         ${beginningOf(`lpad(to_hex(floor(extract(epoch FROM $1::timestamptz - interval '${LATE}') * 1000)::bigint), 12, '0')`)}
       ) AS id
       WHERE pg_snapshot_xmin(pg_current_snapshot()) >= $2::xid8`,
      [mark.at, mark.xmax],
    );
    return rows[0]?.id ?? null;
  });
}

/** The lowest id of the millisecond in the first 12 digits of an id. */
const beginningOf = (digits: string): string => `(left(${digits}, 12) || repeat('0', 20))::uuid`;

/** More than clock differences plus the time from creating an id to the transaction. */
const LATE = '10 minutes';
