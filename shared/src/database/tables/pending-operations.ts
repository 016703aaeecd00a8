import type { OperationType, Priority } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import type { Origin } from './operations.ts';

/** A pending operation, with everything needed to apply it. */
export interface PendingOperation {
  readonly id: string;
  /** The partition that it waits in. */
  readonly partition: number;
  /** Its position in the order of acceptance: a line of a batch has that of its batch, and then its own. */
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
  /** In minor units; null if it is everything that is left of its target, and for a posting. */
  readonly amount: bigint | null;
  /** Null if its caller neither named nor traces the request, and for a line of a batch. */
  readonly origin: PendingOrigin | null;
}

/** The origin of a pending operation, and since when it is pending, in the database's time format. */
export interface PendingOrigin extends Origin {
  readonly acceptedAt: string;
}

/** The order of acceptance. */
export function byPlace(a: PendingOperation, b: PendingOperation): number {
  if (a.seq !== b.seq) return a.seq < b.seq ? -1 : 1;
  return a.position - b.position;
}

/** The lines of a batch in one partition, some of which are pending: those after `afterId`, up to `lastId`. */
export interface OpenPart {
  readonly batchId: string;
  readonly partition: number;
  /** The position of the batch in the order of acceptance. */
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

/** A wallet, and a position in the order of acceptance. */
export interface WalletPlace {
  readonly walletId: string;
  readonly partition: number;
  readonly seq: bigint;
}

/** Whether the asset of an operation may move between wallets. Looked up only if needed. */
export const TRANSFERABLE = `(CASE WHEN to_wallet_id IS NOT NULL
    THEN (SELECT transferable FROM assets WHERE assets.id = asset_id) ELSE false END)`;

/** The columns of a pending single operation. */
const SINGLE = `operations.id, pending.partition, pending.seq, 0 AS position, pending.low, NULL AS part,
  operations.wallet_id AS "walletId", operations.to_wallet_id AS "toWalletId", operations.asset_id AS "assetId",
  ${TRANSFERABLE} AS transferable, operations.type, operations.amount,
  CASE WHEN pending.request_id IS NOT NULL OR pending.traceparent IS NOT NULL
    THEN json_build_object('requestId', pending.request_id, 'traceparent', pending.traceparent,
                           'acceptedAt', pending.accepted_at) END AS origin`;

/** The first `limit` pending single operations of a priority in each partition, in the order of acceptance. */
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

/** For each wallet, the first `limit` pending single operations before a position in the order of acceptance. */
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
 * The partitions whose oldest pending operation of high priority was accepted at least `ageMs` ago, and those with
 * pending operations of low priority or batches that made no progress for that long; by the database's clock.
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

/** The backlog of a partition. */
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
   * For how many milliseconds the first operation of high priority has waited; if it is behind a batch, the time since
   * the last progress of the batch if that is less. 0 if none is pending.
   */
  readonly ageMs: number;
  /**
   * For how many milliseconds nothing of low priority and no line of a batch made progress, or the first of them has
   * waited, if that is less. 0 if none is pending.
   */
  readonly bulkAgeMs: number;
  /**
   * How long the oldest of them has waited, whatever was applied meanwhile: a line since its batch was accepted. 0 if
   * none is pending.
   */
  readonly oldestMs: number;
}

/** The most batches of a partition whose lines are counted. */
export const COUNTED_BATCHES = 200;

/**
 * The backlog by partition. At most `limit` single operations of each priority are counted in total, and every look-up
 * is by key: so the cost does not depend on the backlog, nor on plans made while it was empty.
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
