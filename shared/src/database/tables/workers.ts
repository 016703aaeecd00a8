import type { Queryable } from '../pool.ts';

/** The speed of a lane of a worker; null before it was measured. */
export interface LaneSpeed {
  /** Operations per second while the lane is busy. */
  readonly perSecond: number | null;
  /** How long its transactions take, and how many operations one has. */
  readonly drainMs: number | null;
  readonly drainSize: number | null;
}

/** What a worker reports of itself. */
export interface WorkerSign {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Since it started. */
  readonly succeeded: number;
  readonly failed: number;
  readonly lastMinute: { readonly succeeded: number; readonly failed: number };
  readonly high: LaneSpeed;
  readonly bulk: LaneSpeed;
  readonly isStopped: boolean;
}

/** A worker as seen by others. */
export interface SeenWorker extends WorkerSign {
  readonly startedAt: Date;
  readonly seenAt: Date;
  /** How long ago it was seen, by the clock of the database. */
  readonly unseenMs: number;
}

/** Records a worker's sign of life. */
export async function leaveSign(database: Queryable, sign: WorkerSign): Promise<void> {
  const { id, name, version, succeeded, failed, lastMinute, high, bulk, isStopped } = sign;
  await database.query({
    name: 'leaveSign',
    text: `INSERT INTO workers (id, name, version, succeeded, failed, succeeded_last_minute, failed_last_minute,
                                high_speed, high_drain_ms, high_drain_size, bulk_speed, bulk_drain_ms, bulk_drain_size, stopped_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE WHEN $14 THEN clock_timestamp() END)
           ON CONFLICT (id) DO UPDATE
             SET succeeded = excluded.succeeded, failed = excluded.failed,
                 succeeded_last_minute = excluded.succeeded_last_minute, failed_last_minute = excluded.failed_last_minute,
                 high_speed = excluded.high_speed, high_drain_ms = excluded.high_drain_ms, high_drain_size = excluded.high_drain_size,
                 bulk_speed = excluded.bulk_speed, bulk_drain_ms = excluded.bulk_drain_ms,
                 bulk_drain_size = excluded.bulk_drain_size, seen_at = clock_timestamp(), stopped_at = excluded.stopped_at`,
    values: [
      ...[id, name, version, succeeded, failed, lastMinute.succeeded, lastMinute.failed],
      ...[high.perSecond, high.drainMs, high.drainSize, bulk.perSecond, bulk.drainMs, bulk.drainSize, isStopped],
    ],
  });
}

/** The most workers that are listed. */
const LISTED = 1_000;

/** The workers seen in the last `ms` milliseconds, including those that reported a stop; oldest first. */
export async function readWorkers(database: Queryable, ms: number): Promise<SeenWorker[]> {
  const { rows } = await database.query<{
    id: string;
    name: string;
    version: string;
    startedAt: Date;
    seenAt: Date;
    unseenMs: number;
    succeeded: bigint;
    failed: bigint;
    lastSucceeded: number;
    lastFailed: number;
    highSpeed: number | null;
    highMs: number | null;
    highSize: number | null;
    bulkSpeed: number | null;
    bulkMs: number | null;
    bulkSize: number | null;
    isStopped: boolean;
  }>({
    name: 'readWorkers',
    text: `SELECT id, name, version, started_at AS "startedAt", seen_at AS "seenAt",
                  (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::float8 AS "unseenMs", succeeded, failed,
                  succeeded_last_minute AS "lastSucceeded", failed_last_minute AS "lastFailed", high_speed AS "highSpeed",
                  high_drain_ms AS "highMs", high_drain_size AS "highSize", bulk_speed AS "bulkSpeed",
                  bulk_drain_ms AS "bulkMs", bulk_drain_size AS "bulkSize", stopped_at IS NOT NULL AS "isStopped"
           FROM workers
           WHERE seen_at > clock_timestamp() - $1 * interval '1 millisecond'
           ORDER BY started_at, id LIMIT ${LISTED}`,
    values: [ms],
  });
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name, version: row.version, startedAt: row.startedAt, seenAt: row.seenAt },
    ...{ unseenMs: row.unseenMs, succeeded: Number(row.succeeded), failed: Number(row.failed) },
    lastMinute: { succeeded: row.lastSucceeded, failed: row.lastFailed },
    high: { perSecond: row.highSpeed, drainMs: row.highMs, drainSize: row.highSize },
    bulk: { perSecond: row.bulkSpeed, drainMs: row.bulkMs, drainSize: row.bulkSize },
    isStopped: row.isStopped,
  }));
}

/** Takes the counts of workers that are in no sample yet. @returns their sum. */
export async function takeUnsampled(database: Queryable): Promise<{ succeeded: number; failed: number }> {
  const { rows } = await database.query<{ succeeded: string; failed: string }>({
    name: 'takeUnsampled',
    text: `WITH unsampled AS MATERIALIZED (
             SELECT id, succeeded, failed, succeeded - sampled_succeeded AS more, failed - sampled_failed AS more_failed
             FROM workers
             WHERE succeeded > sampled_succeeded OR failed > sampled_failed
             ORDER BY id FOR UPDATE
           ), taken AS (
             UPDATE workers SET sampled_succeeded = unsampled.succeeded, sampled_failed = unsampled.failed
             FROM unsampled WHERE workers.id = unsampled.id
           )
           SELECT coalesce(sum(more), 0) AS succeeded, coalesce(sum(more_failed), 0) AS failed FROM unsampled`,
  });
  const [taken] = rows;
  return { succeeded: Number(taken?.succeeded ?? 0), failed: Number(taken?.failed ?? 0) };
}

/** Removes workers that were not seen for a day. Their counts are in samples. */
export async function removeGoneWorkers(database: Queryable): Promise<void> {
  await database.query({
    name: 'removeGoneWorkers',
    text: `DELETE FROM workers
           WHERE seen_at < now() - interval '1 day' AND succeeded = sampled_succeeded AND failed = sampled_failed`,
  });
}
