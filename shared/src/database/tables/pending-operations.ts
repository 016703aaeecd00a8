import type { OperationType, Priority } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import type { Origin } from './operations.ts';

/** An operation that waits, with what is needed to apply it. */
export interface PendingOperation {
  readonly id: string;
  /** The partition that it waits in. */
  readonly partition: number;
  /** Its place in the order of acceptance: a line of a batch has that of its batch, and then its position. */
  readonly seq: bigint;
  readonly position: number;
  readonly low: boolean;
  /** The part of a batch that it is a line of; null for a single operation. */
  readonly part: OpenPart | null;
  readonly walletId: string;
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly transferable: boolean;
  readonly type: OperationType;
  /** In minor units; null where it is all that is left of what is named, and for a posting. */
  readonly amount: bigint | null;
  /** Null if its caller named no request and traces none, and for a line of a batch. */
  readonly origin: PendingOrigin | null;
}

/** Where an operation that waits comes from, and since when it waits, as the database writes the time. */
export interface PendingOrigin extends Origin {
  readonly acceptedAt: string;
}

/** The order of acceptance. */
export function byPlace(a: PendingOperation, b: PendingOperation): number {
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return a.position - b.position;
}

/** The lines of a batch in one partition, of which some are pending: those behind `afterId`, up to `lastId`. */
export interface OpenPart {
  readonly batchId: string;
  readonly partition: number;
  /** The place of the batch in the order of acceptance. */
  readonly seq: bigint;
  readonly priority: Priority;
  readonly atomic: boolean;
  readonly lineEvents: boolean;
  readonly cancelled: boolean;
  /** How many lines the batch has, in all its parts. */
  readonly total: number;
  readonly afterId: string;
  readonly lastId: string;
}

/** A wallet, and a place in the order of acceptance. */
export interface WalletPlace {
  readonly walletId: string;
  readonly partition: number;
  readonly seq: bigint;
}

/** Whether the asset of an operation may move from wallet to wallet. It is looked up only where that is asked for. */
export const TRANSFERABLE = `(CASE WHEN to_wallet_id IS NOT NULL
    THEN (SELECT transferable FROM assets WHERE assets.id = asset_id) ELSE false END)`;

/** What a statement answers about an operation that waits by itself. */
const SINGLE = `operations.id, pending.partition, pending.seq, 0 AS position, pending.low, NULL AS part,
  operations.wallet_id AS "walletId", operations.to_wallet_id AS "toWalletId", operations.asset_id AS "assetId",
  ${TRANSFERABLE} AS transferable, operations.type, operations.amount,
  CASE WHEN pending.request_id IS NOT NULL OR pending.traceparent IS NOT NULL
    THEN json_build_object('requestId', pending.request_id, 'traceparent', pending.traceparent,
                           'acceptedAt', pending.accepted_at) END AS origin`;

/** The first `limit` single operations of a priority that wait in each partition, in the order of acceptance. */
export async function readPendingOperations(
  database: Queryable,
  partitions: readonly number[],
  low: boolean,
  limit: number,
): Promise<PendingOperation[]> {
  const { rows } = await database.query<PendingOperation>({
    name: 'readPendingOperations',
    text: `SELECT ${SINGLE}
           FROM unnest($1::smallint[]) AS held (partition)
           CROSS JOIN LATERAL (
             SELECT partition, low, seq, operation_id, accepted_at, request_id, traceparent FROM pending_operations
             WHERE pending_operations.partition = held.partition AND low = $2 ORDER BY seq LIMIT $3
           ) AS pending
           JOIN operations ON operations.id = pending.operation_id
           ORDER BY pending.partition, pending.seq`,
    values: [arrayLiteral(partitions), low, limit],
  });
  return rows;
}

/** Of each wallet, the first `limit` single operations that wait before a place in the order of acceptance. */
export async function readPendingBefore(
  database: Queryable,
  places: readonly WalletPlace[],
  limit: number,
): Promise<PendingOperation[]> {
  const { rows } = await database.query<PendingOperation>({
    name: 'readPendingBefore',
    text: `SELECT ${SINGLE}
           FROM unnest($1::uuid[], $2::bigint[]) AS place (wallet_id, seq)
           CROSS JOIN LATERAL (
             SELECT partition, low, seq, operation_id, accepted_at, request_id, traceparent FROM pending_operations
             WHERE pending_operations.wallet_id = place.wallet_id AND pending_operations.seq < place.seq
             ORDER BY seq LIMIT $3
           ) AS pending
           JOIN operations ON operations.id = pending.operation_id
           ORDER BY pending.seq`,
    values: [arrayLiteral(places.map((each) => each.walletId)), arrayLiteral(places.map((each) => each.seq)), limit],
  });
  return rows;
}

/**
 * The partitions whose oldest pending operation of high priority was accepted at least `ageMs` ago, and those where one of
 * low priority or a batch waits and none got any further for that long; by the database's clock.
 */
export async function findWaitingPartitions(
  database: Queryable,
  partitions: number,
  ageMs: number,
): Promise<{ urgent: number[]; bulk: number[] }> {
  const { rows } = await database.query<{ partition: number; urgent: boolean; bulk: boolean }>({
    name: 'findWaitingPartitions',
    text: `SELECT partition, coalesce(high <= moment, false) AS urgent, greatest(low, touched) <= moment AS bulk
           FROM (SELECT clock_timestamp() - $2::int * interval '1 millisecond' AS moment) AS clock
           CROSS JOIN generate_series(0, $1::int - 1) AS partitions (partition)
           CROSS JOIN LATERAL (
             SELECT (SELECT accepted_at FROM pending_operations AS pending
                     WHERE pending.partition = partitions.partition AND NOT low ORDER BY seq LIMIT 1) AS high,
                    (SELECT accepted_at FROM pending_operations AS pending
                     WHERE pending.partition = partitions.partition AND low ORDER BY seq LIMIT 1) AS low,
                    (SELECT max(touched_at) FROM batch_parts
                     WHERE batch_parts.partition = partitions.partition AND open) AS touched
           ) AS oldest
           WHERE high <= moment OR greatest(low, touched) <= moment`,
    values: [partitions, ageMs],
  });
  return {
    urgent: rows.filter((row) => row.urgent).map((row) => row.partition),
    bulk: rows.filter((row) => row.bulk).map((row) => row.partition),
  };
}

/** What waits in a partition. */
export interface Backlog {
  readonly partition: number;
  /** Single operations of high priority, and of low. */
  readonly high: number;
  readonly low: number;
  /** Lines of batches. */
  readonly lines: number;
  /** How many batches have lines here, up to a limit. */
  readonly batches: number;
  /**
   * For how many milliseconds the first operation of high priority has waited; where it stands behind a batch, since the batch
   * last got further, if that is less. 0 if none waits.
   */
  readonly ageMs: number;
  /**
   * For how many milliseconds nothing of low priority and no line of a batch got any further, or the first of them has waited,
   * if that is less. 0 if none waits.
   */
  readonly bulkAgeMs: number;
  /** How long the oldest of all that has waited, whatever got further meanwhile: a line since its batch was accepted. 0 if none waits. */
  readonly oldestMs: number;
}

/** The most batches of a partition whose lines are counted. */
export const COUNTED_BATCHES = 200;

/**
 * What waits, by partition. At most `limit` single operations of each priority are counted in all, and every look-up is by
 * key: so it costs the same however much waits, and whatever the planner thought when nothing did.
 * @throws Error also if there is no answer within `timeoutMs`; then its connection is closed.
 */
export async function readBacklog(
  database: Queryable,
  partitions: number,
  limit: number,
  timeoutMs?: number,
): Promise<Backlog[]> {
  const counted = (name: string, which: string): string => `${name} AS MATERIALIZED (
             SELECT partition, count(*)::int AS waiting FROM (
               SELECT held.partition FROM held CROSS JOIN LATERAL (
                 SELECT FROM pending_operations AS pending WHERE pending.partition = held.partition AND ${which}
                 ORDER BY seq OFFSET 0
               ) AS pending LIMIT $2
             ) AS first GROUP BY partition
           )`;
  const { rows } = await database.query<Backlog>({
    name: 'readBacklog',
    text: `WITH held AS MATERIALIZED (
             SELECT partition::smallint FROM generate_series(0, $1::int - 1) AS numbers (partition)
           ), ${counted('highs', 'NOT low')}, ${counted('lows', 'low')}
           SELECT held.partition, coalesce(highs.waiting, 0) AS high, coalesce(lows.waiting, 0) AS low, lines::int, batches,
                  coalesce(CASE WHEN first.accepted_at IS NOT NULL
                           THEN extract(epoch FROM clock_timestamp() - greatest(first.accepted_at, touched)) * 1000 END, 0)::int
                    AS "ageMs",
                  coalesce(extract(epoch FROM clock_timestamp() - greatest(first_low.accepted_at, touched)) * 1000, 0)::int
                    AS "bulkAgeMs",
                  greatest(0, coalesce(extract(epoch FROM clock_timestamp() - least(
                    first.accepted_at, first_low.accepted_at, (SELECT accepted_at FROM batches WHERE id = oldest_batch)
                  )) * 1000, 0))::int AS "oldestMs"
           FROM held LEFT JOIN highs ON highs.partition = held.partition LEFT JOIN lows ON lows.partition = held.partition
           LEFT JOIN LATERAL (
             SELECT accepted_at FROM pending_operations AS pending
             WHERE pending.partition = held.partition AND NOT low ORDER BY seq LIMIT 1
           ) AS first ON true
           LEFT JOIN LATERAL (
             SELECT accepted_at FROM pending_operations AS pending
             WHERE pending.partition = held.partition AND low ORDER BY seq LIMIT 1
           ) AS first_low ON true
           CROSS JOIN LATERAL (
             SELECT coalesce(sum(totals.waiting), 0) AS lines, count(*)::int AS batches, max(touched_at) AS touched,
                    -- The one whose upload began first: that of the lowest id.
                    min(parts.batch_id::text)::uuid AS oldest_batch
             FROM (
               SELECT batch_id, touched_at FROM batch_parts
               WHERE batch_parts.partition = held.partition AND open LIMIT ${COUNTED_BATCHES}
             ) AS parts
             CROSS JOIN LATERAL (
               SELECT sum(lines - succeeded - failed) AS waiting FROM batch_totals
               WHERE batch_totals.batch_id = parts.batch_id AND batch_totals.partition = held.partition OFFSET 0
             ) AS totals
           ) AS bulk
           ORDER BY held.partition`,
    values: [partitions, limit],
    ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
  });
  return rows;
}
