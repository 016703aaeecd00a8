import { boundsOfBatch } from '../../words/batch.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';
import { FEED_LOOK } from './delivery-claims.ts';
import { FEED_HEAD } from './events.ts';
import { keyHash } from './operation-keys.ts';

/**
 * The kinds of deletable rows, in the order of deletion: an event is needed by its deliveries, and a delivery by its
 * attempts.
 */
export const RETENTION_KINDS = ['attempts', 'deliveries', 'events', 'batch_keys'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** The key of the row after which a piece begins; empty for the first of its kind. */
export type Place = readonly string[];

/** The result of one piece. */
export interface Piece {
  readonly deleted: Partial<Record<RetentionKind, number>>;
  /** Where the next piece begins; null if this was the last of its kind. */
  readonly next: Place | null;
}

/** The extent of one piece: rows older than `days`, at most `limit`. */
export interface PieceSize {
  readonly days: number;
  readonly limit: number;
}

const LOCK_WAIT_MS = 500;

const NIL = '00000000-0000-0000-0000-000000000000';

/**
 * Takes the deletion lock until the transaction ends. The transaction must not wait long for any other lock, because it
 * holds up the other workers.
 * @returns whether the lock was free.
 */
export async function tryLockRetention(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ held: boolean }>({
    name: 'tryLockRetention',
    text: `SELECT pg_try_advisory_xact_lock(${ADVISORY_LOCK.retention}, 0) AS held,
                  set_config('lock_timeout', '${LOCK_WAIT_MS}', true)`,
  });
  return rows[0]?.held ?? false;
}

/** The next piece, and in how many milliseconds it may be taken. */
export interface RetentionTurn {
  readonly kind: RetentionKind;
  readonly place: Place;
  readonly waitMs: number;
}

/** Which piece is next. Only for the holder of the lock. */
export async function readRetentionTurn(database: Queryable): Promise<RetentionTurn> {
  const { rows } = await database.query<RetentionTurn>({
    name: 'readRetentionTurn',
    text: `SELECT kind, place, CASE WHEN next_at > now() THEN extract(epoch FROM next_at - now()) * 1000 ELSE 0 END::float8 AS "waitMs"
           FROM retention`,
  });
  const [turn] = rows;
  if (turn === undefined) throw new Error('the table retention is empty');
  return turn;
}

/** How long every worker pauses after a piece, as a multiple of what its transaction took. */
export interface Rest {
  /** While operations are pending. */
  readonly busy: number;
  readonly idle: number;
  /** Plus this many milliseconds. */
  readonly moreMs: number;
}

/** Leaves the next piece to whichever worker comes first after the pause. @returns how many milliseconds that is. */
export async function endRetentionTurn(
  database: Queryable,
  next: Pick<RetentionTurn, 'kind' | 'place'>,
  { busy, idle, moreMs }: Rest,
): Promise<number> {
  const { rows } = await database.query<{ restMs: number }>({
    name: 'endRetentionTurn',
    text: `WITH rest AS MATERIALIZED (
             SELECT (clock_timestamp() - now()) * CASE
                      WHEN EXISTS (SELECT FROM pending_operations) OR EXISTS (SELECT FROM batch_parts WHERE open)
                      THEN $3::float8 ELSE $4 END + $5 * interval '1 millisecond' AS length
           )
           UPDATE retention SET kind = $1, place = $2, next_at = clock_timestamp() + rest.length FROM rest
           RETURNING extract(epoch FROM rest.length)::float8 * 1000 AS "restMs"`,
    values: [next.kind, next.place, busy, idle, moreMs],
  });
  return rows[0]?.restMs ?? 0;
}

/** The time before which something is old, by the clock of the database. `$1` is the days. */
const CUT = `now() - $1 * interval '1 day'`;
/**
 * The lowest UUID version 7 of that time. An event cannot be sent before it was created: so whatever follows it is
 * young.
 */
const CUT_ID = `(lpad(to_hex((extract(epoch FROM ${CUT}) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid`;

/**
 * A walk along the deliveries or attempts of old events, from the endpoint `$2` on, in the order of their keys.
 * `behind` is the condition for those of `$2` itself. Rows that stay are read once per pass.
 */
const looked = (table: string, key: string, behind: string, more = ''): string => `looked AS MATERIALIZED (
    SELECT endpoint.id AS endpoint_id, deleted_at, ${key} ${more}
    FROM (SELECT id, deleted_at FROM webhook_endpoints WHERE id >= $2::uuid ORDER BY id) AS endpoint
    CROSS JOIN LATERAL (
      SELECT ${key} ${more} FROM ${table}
      WHERE endpoint_id = endpoint.id AND event_id < ${CUT_ID} AND ${behind}
      ORDER BY ${key} LIMIT $3
    ) AS found
    ORDER BY endpoint.id, ${key} LIMIT $3
  )`;

interface WalkRow {
  readonly looked: number;
  readonly place: Place | null;
  readonly attempts: number;
  readonly deliveries: number;
}

function pieceOf({ looked, place, attempts, deliveries }: WalkRow, limit: number): Piece {
  return { deleted: { attempts, deliveries }, next: looked < limit ? null : place };
}

/** Deletes old attempts of final deliveries. */
export async function deleteAttempts(database: Queryable, place: Place, { days, limit }: PieceSize): Promise<Piece> {
  const [endpoint = NIL, event = NIL, number = '0'] = place;
  const behind = `(event_id, number) >
    (CASE endpoint.id WHEN $2 THEN $4 ELSE '${NIL}' END::uuid, CASE endpoint.id WHEN $2 THEN $5 ELSE 0 END::int)`;
  const { rows } = await database.query<WalkRow>({
    name: 'deleteAttempts',
    text: `WITH ${looked('delivery_attempts', 'event_id, number', behind, ', started_at')}, gone AS (
             DELETE FROM delivery_attempts AS attempt USING looked
             WHERE attempt.endpoint_id = looked.endpoint_id AND attempt.event_id = looked.event_id
               AND attempt.number = looked.number AND looked.started_at < ${CUT}
               AND (looked.deleted_at < ${CUT} OR NOT EXISTS (
                 SELECT FROM deliveries WHERE deliveries.endpoint_id = attempt.endpoint_id
                   AND deliveries.event_id = attempt.event_id AND status = 'pending' OFFSET 0))
             RETURNING 1
           )
           SELECT (SELECT count(*)::int FROM looked) AS looked, (SELECT count(*)::int FROM gone) AS attempts, 0 AS deliveries,
                  (SELECT ARRAY[endpoint_id::text, event_id::text, number::text] FROM looked
                   ORDER BY endpoint_id DESC, event_id DESC, number DESC LIMIT 1) AS place`,
    values: [days, endpoint, limit, event, number],
  });
  return pieceOf(rows[0] ?? NOTHING, limit);
}

/**
 * Deletes deliveries that became final long ago, with their attempts. A pending one stays, unless its endpoint was
 * deleted as long ago, or its event is gone: then it was written by a worker that had been paused for days. A delivery
 * that is made due again at this moment stays too: the row is checked again under its lock.
 */
export async function deleteDeliveries(database: Queryable, place: Place, { days, limit }: PieceSize): Promise<Piece> {
  const [endpoint = NIL, event = NIL] = place;
  const behind = `event_id > CASE endpoint.id WHEN $2 THEN $4 ELSE '${NIL}' END::uuid`;
  const { rows } = await database.query<WalkRow>({
    name: 'deleteDeliveries',
    text: `WITH ${looked('deliveries', 'event_id', behind)}, gone AS (
             DELETE FROM deliveries USING looked
             WHERE deliveries.endpoint_id = looked.endpoint_id AND deliveries.event_id = looked.event_id
               AND (status <> 'pending' AND completed_at < ${CUT} OR looked.deleted_at < ${CUT}
                    OR status = 'pending' AND NOT EXISTS (SELECT FROM events WHERE id = deliveries.event_id OFFSET 0))
             RETURNING deliveries.endpoint_id, deliveries.event_id
           ), attempts AS (
             DELETE FROM delivery_attempts AS attempt USING gone
             WHERE attempt.endpoint_id = gone.endpoint_id AND attempt.event_id = gone.event_id
             RETURNING 1
           ), leases AS (
             DELETE FROM delivery_leases USING webhook_endpoints
             WHERE $2 = '${NIL}' AND id = endpoint_id AND deleted_at < ${CUT}
           )
           SELECT (SELECT count(*)::int FROM looked) AS looked, (SELECT count(*)::int FROM attempts) AS attempts,
                  (SELECT count(*)::int FROM gone) AS deliveries,
                  (SELECT ARRAY[endpoint_id::text, event_id::text] FROM looked
                   ORDER BY endpoint_id DESC, event_id DESC LIMIT 1) AS place`,
    values: [days, endpoint, limit, event],
  });
  return pieceOf(rows[0] ?? NOTHING, limit);
}

const NOTHING: WalkRow = { looked: 0, place: null, attempts: 0, deliveries: 0 };

/**
 * The position up to which every endpoint has been sent the feed and nothing is in flight. Null if there is no
 * endpoint.
 */
const TOLD = `least(
    (SELECT min(position) FROM webhook_endpoint_states JOIN webhook_endpoints ON id = endpoint_id WHERE deleted_at IS NULL),
    (SELECT min(position) - ${FEED_LOOK} FROM delivery_leases JOIN webhook_endpoints ON id = endpoint_id WHERE deleted_at IS NULL))`;

/**
 * Deletes old events with their positions in the feed, from its beginning up to the first that is young or that some
 * endpoint still has to be sent, and raises the floor of the feed. The last position stays, since the next continues
 * it; and so do events with a delivery, below the floor, until that is deleted.
 */
export async function deleteEvents(database: Queryable, place: Place, { days, limit }: PieceSize): Promise<Piece> {
  const [position = '0'] = place;
  const { rows } = await database.query<{ aged: number; last: bigint | null; events: number }>({
    name: 'deleteEvents',
    text: `WITH looked AS MATERIALIZED (
             SELECT position, event_id, created_at
             FROM (
               SELECT position, event_id FROM event_feed
               WHERE position > $2 AND position <= (SELECT least(${FEED_HEAD} - 1, ${TOLD}))
               ORDER BY position LIMIT $3
             ) AS feed
             LEFT JOIN LATERAL (SELECT created_at FROM events WHERE id = event_id OFFSET 0) AS event ON true
           ), aged AS MATERIALIZED (
             SELECT position, event_id FROM looked
             WHERE position < coalesce((SELECT min(position) FROM looked WHERE created_at >= ${CUT}), ${2n ** 63n - 1n})
           ), free AS MATERIALIZED (
             SELECT position, event_id FROM aged
             WHERE NOT EXISTS (
               SELECT FROM webhook_endpoints CROSS JOIN LATERAL (
                 SELECT FROM deliveries WHERE endpoint_id = webhook_endpoints.id AND event_id = aged.event_id OFFSET 0
               ) AS delivery
               WHERE deleted_at IS NULL
             )
           ), feed AS (
             DELETE FROM event_feed USING free WHERE event_feed.position = free.position
           ), gone AS (
             DELETE FROM events USING free WHERE events.id = free.event_id RETURNING 1
           ), last AS MATERIALIZED (
             SELECT max(position) AS position FROM aged
           ), raised AS (
             UPDATE retention SET feed_floor = last.position + 1 FROM last WHERE last.position >= feed_floor
           )
           SELECT (SELECT count(*)::int FROM aged) AS aged, (SELECT position FROM last) AS last,
                  (SELECT count(*)::int FROM gone) AS events`,
    values: [days, position, limit],
  });
  const { aged = 0, last = null, events = 0 } = rows[0] ?? {};
  return { deleted: { events }, next: aged < limit || last === null ? null : [String(last)] };
}

/** How many batches one piece ends: each takes a statement or two, however few lines it has. */
const BATCHES_AT_ONCE = 50;

/**
 * Deletes the keys of the lines of batches that finished long ago, batch by batch, earliest finish first. A key is
 * found through its line, which names it: so keys need no index by operation. A completed batch is not read again.
 */
export async function deleteBatchKeys(database: Queryable, place: Place, { days, limit }: PieceSize): Promise<Piece> {
  let [batchId, after] = place;
  let left = limit;
  let deleted = 0;
  for (let batches = 0; batches < BATCHES_AT_ONCE && left > 0; batches += 1) {
    batchId ??= await findBatchWithKeys(database, days);
    if (batchId === undefined) return { deleted: { batch_keys: deleted }, next: null };
    const [first, last] = boundsOfBatch(batchId);
    const piece = await deleteKeysOfLines(database, { batchId, after: after ?? first, last }, left);
    deleted += piece.deleted;
    left -= piece.looked;
    after = piece.last ?? undefined;
    if (left > 0) {
      await markKeysRemoved(database, batchId);
      batchId = undefined;
      after = undefined;
    }
  }
  return { deleted: { batch_keys: deleted }, next: batchId && after ? [batchId, after] : [] };
}

async function findBatchWithKeys(database: Queryable, days: number): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findBatchWithKeys',
    text: `SELECT id FROM batches WHERE finished_at < ${CUT} AND keys_removed_at IS NULL ORDER BY finished_at LIMIT 1`,
    values: [days],
  });
  return rows[0]?.id;
}

async function deleteKeysOfLines(
  database: Queryable,
  { batchId, after, last }: { batchId: string; after: string; last: string },
  limit: number,
): Promise<{ looked: number; deleted: number; last: string | null }> {
  const { rows } = await database.query<{ looked: number; deleted: number; last: string | null }>({
    name: 'deleteKeysOfLines',
    text: `WITH looked AS MATERIALIZED (
             SELECT id, batch_id, idempotency_key FROM operations WHERE id > $2 AND id <= $3 ORDER BY id LIMIT $4
           ), gone AS (
             DELETE FROM operation_keys USING looked
             WHERE looked.batch_id = $1 AND key_hash = ${keyHash('looked.idempotency_key')} AND operation_id = looked.id
             RETURNING 1
           )
           SELECT (SELECT count(*)::int FROM looked) AS looked, (SELECT count(*)::int FROM gone) AS deleted,
                  (SELECT id FROM looked ORDER BY id DESC LIMIT 1) AS last`,
    values: [batchId, after, last, limit],
  });
  return rows[0] ?? { looked: 0, deleted: 0, last: null };
}

async function markKeysRemoved(database: Queryable, batchId: string): Promise<void> {
  await database.query({
    name: 'markKeysRemoved',
    text: 'UPDATE batches SET keys_removed_at = now() WHERE id = $1',
    values: [batchId],
  });
}

/** The age in seconds of the oldest row of each kind; null if there is none. Read from the ends of indexes. */
export async function readOldestKept(database: Queryable): Promise<Record<RetentionKind, number | null>> {
  const { rows } = await database.query<Record<RetentionKind, number | null>>({
    name: 'readOldestKept',
    text: `SELECT ${age('attempts')}, ${age('deliveries')}, ${age('events')}, ${age('batch_keys')} FROM (
             SELECT (SELECT min(started_at) FROM webhook_endpoints CROSS JOIN LATERAL (
                       SELECT started_at FROM delivery_attempts WHERE endpoint_id = id ORDER BY event_id, number LIMIT 1
                     ) AS attempt) AS attempts,
                    (SELECT min(event.created_at) FROM webhook_endpoints CROSS JOIN LATERAL (
                       SELECT event_id FROM deliveries WHERE endpoint_id = webhook_endpoints.id ORDER BY event_id LIMIT 1
                     ) AS delivery CROSS JOIN LATERAL (SELECT created_at FROM events WHERE id = event_id OFFSET 0) AS event) AS deliveries,
                    (SELECT created_at FROM (
                       SELECT event_id FROM event_feed WHERE position >= (SELECT feed_floor FROM retention) ORDER BY position LIMIT 1
                     ) AS feed CROSS JOIN LATERAL (SELECT created_at FROM events WHERE id = event_id OFFSET 0) AS event) AS events,
                    (SELECT finished_at FROM batches WHERE finished_at IS NOT NULL AND keys_removed_at IS NULL
                     ORDER BY finished_at LIMIT 1) AS batch_keys
           ) AS oldest`,
  });
  return rows[0] ?? { attempts: null, deliveries: null, events: null, batch_keys: null };
}

function age(kind: RetentionKind): string {
  return `extract(epoch FROM now() - ${kind})::float8 AS ${kind}`;
}
