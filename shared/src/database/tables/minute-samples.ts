import type { Queryable } from '../pool.ts';

/** The operations that ended in one minute, and the backlog at its end. */
export interface MinuteSample {
  /** When the minute began. */
  readonly at: Date;
  readonly accepted: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  readonly oldestAgeSeconds: number;
}

/** The last minute that ended, by the clock of the database. */
const LAST_MINUTE = `to_timestamp(floor(extract(epoch FROM clock_timestamp()) / 60) * 60 - 60)`;

/**
 * Begins the sample of the last minute that ended; the transaction must complete it with `fillSample`. A second call
 * waits for the transaction of the first.
 * @returns the minute, or null if it has a sample already.
 */
export async function beginSample(database: Queryable): Promise<Date | null> {
  const { rows } = await database.query<{ at: Date }>({
    name: 'beginSample',
    text: `INSERT INTO minute_samples (at, accepted, succeeded, failed, pending, oldest_age_seconds)
           VALUES (${LAST_MINUTE}, 0, 0, 0, 0, 0)
           ON CONFLICT (at) DO NOTHING RETURNING at`,
  });
  return rows[0]?.at ?? null;
}

/**
 * Completes the sample. The number accepted since the previous sample is the number that ended plus the growth of the
 * backlog, so the API has nothing to count.
 */
export async function fillSample(database: Queryable, sample: Omit<MinuteSample, 'accepted'>): Promise<void> {
  const { at, succeeded, failed, pending, oldestAgeSeconds } = sample;
  await database.query({
    name: 'fillSample',
    text: `UPDATE minute_samples
           SET accepted = greatest(0, $2::bigint + $3::bigint + $4::bigint - coalesce(
                 (SELECT before.pending FROM minute_samples AS before WHERE before.at < $1 ORDER BY before.at DESC LIMIT 1), 0)),
               succeeded = $2, failed = $3, pending = $4, oldest_age_seconds = $5
           WHERE at = $1`,
    values: [at, succeeded, failed, pending, oldestAgeSeconds],
  });
}

/** Removes samples that are older than a day. */
export async function removeOldSamples(database: Queryable): Promise<void> {
  await database.query({
    name: 'removeOldSamples',
    text: `DELETE FROM minute_samples WHERE at < now() - interval '1 day'`,
  });
}

/** The samples of the last hour, in chronological order. */
export async function readLastHour(database: Queryable): Promise<MinuteSample[]> {
  const { rows } = await database.query<Record<keyof MinuteSample, bigint> & { at: Date; oldestAgeSeconds: number }>({
    name: 'readLastHour',
    text: `SELECT at, accepted, succeeded, failed, pending, oldest_age_seconds AS "oldestAgeSeconds" FROM minute_samples
           WHERE at >= ${LAST_MINUTE} - interval '59 minutes' ORDER BY at`,
  });
  return rows.map(({ at, accepted, succeeded, failed, pending, oldestAgeSeconds }) => ({
    ...{ at, accepted: Number(accepted), succeeded: Number(succeeded), failed: Number(failed) },
    ...{ pending: Number(pending), oldestAgeSeconds },
  }));
}
