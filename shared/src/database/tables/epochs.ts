import type { Queryable } from '../pool.ts';
import { FEED_HEAD } from './events.ts';

/** Why an epoch began. A point-in-time recovery ends like a promotion, on a new timeline, and is reported as one. */
export const EPOCH_REASONS = ['first', 'promotion', 'restore'] as const;

/**
 * An unbroken continuation of the ledger and of the feed of events. A new one begins when a server continues from an
 * earlier state.
 */
export interface Epoch {
  readonly number: number;
  readonly id: string;
  readonly beganAt: Date;
  readonly reason: (typeof EPOCH_REASONS)[number];
  /** Everything acknowledged up to this time is here; null if that is not known, and for the first epoch. */
  readonly completeUntil: Date | null;
  /** Whether the server reports what a promotion changes. */
  readonly showsPromotions: boolean;
}

const COLUMNS = `number, id, began_at AS "beganAt", reason, complete_until AS "completeUntil",
                 timeline IS NOT NULL AS "showsPromotions"`;

/**
 * The current epoch, which begins with this call if the server is not the one that the latest epoch names. On a
 * read-only server it is the latest epoch there, null if there is none.
 */
export async function readEpoch(database: Queryable): Promise<Epoch | null> {
  const { rows } = await database.query<Epoch | { number: null }>({
    name: 'readEpoch',
    text: `SELECT ${COLUMNS} FROM current_epoch()`,
  });
  const [epoch] = rows;
  return epoch === undefined || epoch.number === null ? null : epoch;
}

/** The latest recorded epoch, even on a standby; null if there is none. */
export async function findLatestEpoch(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findLatestEpoch',
    text: 'SELECT id FROM epochs ORDER BY number DESC LIMIT 1',
  });
  return rows[0]?.id ?? null;
}

/**
 * Begins an epoch on an operator's order, for earlier states that the server does not reveal, such as a copy of its
 * disk. `since` is the time of that state, null if it is not known. `isServed` says whether anything may have been
 * relayed since: then it is unknown how much of the feed belongs to the previous epoch. Only for the owner of the
 * schema.
 */
export async function beginEpoch(
  database: Queryable,
  { since, isServed }: { since: Date | null; isServed: boolean },
): Promise<void> {
  await database.query({
    text: `INSERT INTO epochs (number, reason, timeline, system_identifier, database_oid, feed_position, complete_until)
           SELECT present.number + 1, 'restore', server.timeline, server.system_identifier, server.database_oid,
                  CASE WHEN $2::boolean THEN 0 ELSE ${FEED_HEAD} END,
                  coalesce($1::timestamptz, CASE WHEN NOT $2 THEN (SELECT created_at FROM operations ORDER BY id DESC LIMIT 1) END)
           FROM current_epoch() AS present, server_identity() AS server`,
    values: [since?.toISOString() ?? null, isServed],
  });
}

/** How a reader whose cursor is of another epoch can continue. */
export interface Continuation {
  readonly epoch: Epoch | null;
  /** Where the reader's epoch and the current one diverge; null if that is not known. */
  readonly commonPosition: bigint | null;
  /** Everything acknowledged up to this time is in both; null if that is not known. */
  readonly completeUntil: Date | null;
}

/** @param epochId of the cursor; null for cursors from before epochs existed, which count as the first. */
export async function findContinuation(database: Queryable, epochId: string | null): Promise<Continuation> {
  const epoch = await readEpoch(database);
  const { rows } = await database.query<{
    asked: number | null;
    commonPosition: bigint | null;
    completeUntil: Date | null;
  }>({
    name: 'findContinuation',
    // An unknown epoch began on a server of which nothing is left here.
    text: `WITH asked AS MATERIALIZED (
             SELECT (SELECT number FROM epochs WHERE id = $1 OR ($1::uuid IS NULL AND number = 1)) AS number
           ), since AS MATERIALIZED (
             SELECT feed_position, complete_until FROM epochs WHERE number > (SELECT number FROM asked)
           )
           SELECT (SELECT number FROM asked) AS asked,
                  (SELECT nullif(min(feed_position), 0) FROM since) AS "commonPosition",
                  (SELECT min(complete_until) FROM since HAVING bool_and(complete_until IS NOT NULL)) AS "completeUntil"`,
    values: [epochId],
  });
  const [found] = rows;
  if (found === undefined || found.asked === null)
    return { epoch, commonPosition: null, completeUntil: epoch?.completeUntil ?? null };
  return { epoch, commonPosition: found.commonPosition, completeUntil: found.completeUntil };
}
