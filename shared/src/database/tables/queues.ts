import { positionOf } from '../../words/batch.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_ENDED } from './outcomes.ts';
import { COUNTED_BATCHES } from './pending-operations.ts';

/** The pending lines of a batch in one partition. */
export interface QueuedPart {
  readonly batchId: string;
  readonly isHigh: boolean;
  readonly isAtomic: boolean;
  readonly pending: number;
}

/**
 * The backlog of a partition, for deciding what is applied first. Positions in the order of acceptance are ascending
 * numbers.
 */
export interface Queue {
  readonly partition: number;
  /** By the clock of the database. */
  readonly at: Date;
  /** The first `QUEUE_LIMIT` single operations of each priority, high and low. */
  readonly highs: readonly number[];
  readonly lows: readonly number[];
  /** In the order of acceptance. */
  readonly parts: readonly QueuedPart[];
}

/** Up to this many single operations of each priority are counted exactly. */
export const QUEUE_LIMIT = 10_000;

/**
 * The backlogs of the partitions. The positions come as JSON: the driver takes ten times as long to read an array of
 * them.
 */
export async function readQueues(database: Queryable, partitions: readonly number[]): Promise<Queue[]> {
  const first = (which: string): string => `(SELECT coalesce(json_agg(seq), '[]') FROM (
             SELECT seq FROM pending_operations WHERE partition = held.partition AND ${which} ORDER BY seq LIMIT ${QUEUE_LIMIT}
           ) AS first)`;
  const { rows } = await database.query<Queue>({
    name: 'readQueues',
    text: `SELECT held.partition, clock_timestamp() AS at, ${first('NOT low')} AS highs, ${first('low')} AS lows, (
             SELECT coalesce(json_agg(json_build_object(
               'batchId', batch_id, 'isHigh', priority = 'high', 'isAtomic', atomic, 'pending', pending
             ) ORDER BY seq), '[]')
             FROM (
               SELECT batch_id, priority, atomic, seq FROM batch_parts JOIN batches ON batches.id = batch_id
               WHERE batch_parts.partition = held.partition AND open LIMIT ${COUNTED_BATCHES}
             ) AS part
             CROSS JOIN LATERAL (
               SELECT sum(lines - succeeded - failed)::int AS pending FROM batch_totals
               WHERE batch_totals.batch_id = part.batch_id AND batch_totals.partition = held.partition OFFSET 0
             ) AS totals
           ) AS parts
           FROM unnest($1::smallint[]) AS held (partition)`,
    values: [arrayLiteral(partitions)],
  });
  return rows;
}

/** A pending single operation and its position. */
export interface SinglePlace {
  readonly id: string;
  readonly seq: number;
  readonly low: boolean;
  /** Earlier pending operations of its wallet that are not of high priority: one of high priority takes them along. */
  readonly ownEarlier: number;
}

/** At most this many operations of a wallet are read, and lines of this many batches. */
const OWN_LIMIT = 1_000;
const OWN_PARTS = 50;

/** The positions of pending single operations; ended ones have none. */
export async function findPlaces(
  database: Queryable,
  wanted: readonly { readonly id: string; readonly walletId: string; readonly partition: number }[],
): Promise<SinglePlace[]> {
  const { rows } = await database.query<SinglePlace>({
    name: 'findPlaces',
    text: `SELECT wanted.id, pending.seq::float8 AS seq, pending.low, CASE WHEN pending.low THEN 0 ELSE (
             SELECT count(*) FILTER (WHERE first.low) FROM (
               SELECT earlier.low FROM pending_operations AS earlier
               WHERE earlier.wallet_id = wanted.wallet_id AND earlier.seq < pending.seq
                 -- Where none is of low priority, none of the wallet has to be looked at.
                 AND EXISTS (SELECT FROM pending_operations AS lows WHERE lows.partition = wanted.partition AND lows.low)
               ORDER BY earlier.seq LIMIT ${OWN_LIMIT}
             ) AS first
           ) + (
             SELECT count(*) FROM (
               SELECT after_id, last_id FROM batch_parts JOIN batches ON batches.id = batch_id
               WHERE batch_parts.partition = wanted.partition AND open AND NOT atomic AND batches.seq < pending.seq
               LIMIT ${OWN_PARTS}
             ) AS part
             CROSS JOIN LATERAL (
               SELECT FROM operations ${LEFT_JOIN_ENDED}
               WHERE (wallet_id, id) > (wanted.wallet_id, part.after_id) AND (wallet_id, id) <= (wanted.wallet_id, part.last_id)
                 AND ${HAS_NOT_ENDED}
               ORDER BY wallet_id, id LIMIT ${OWN_LIMIT}
             ) AS line
           ) END::int AS "ownEarlier"
           FROM unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS wanted (id, wallet_id, partition)
           CROSS JOIN LATERAL (SELECT seq FROM operations WHERE operations.id = wanted.id OFFSET 0) AS operation
           CROSS JOIN LATERAL (
             SELECT seq, low FROM pending_operations
             WHERE pending_operations.wallet_id = wanted.wallet_id AND pending_operations.seq = operation.seq OFFSET 0
           ) AS pending`,
    values: [
      arrayLiteral(wanted.map(({ id }) => id)),
      arrayLiteral(wanted.map(({ walletId }) => walletId)),
      arrayLiteral(wanted.map(({ partition }) => partition)),
    ],
  });
  return rows;
}

/** A pending line: how many lines of its batch are pending before it in its partition. */
export interface LinePlace {
  readonly id: string;
  readonly before: number;
}

/** At most this many lines before one are counted; beyond that they are assumed to be spread evenly. */
const LINES_LIMIT = 500;

/** The positions of lines of batches. */
export async function findLinePlaces(
  database: Queryable,
  wanted: readonly { readonly id: string; readonly batchId: string; readonly partition: number }[],
): Promise<LinePlace[]> {
  const { rows } = await database.query<LinePlace & { afterId: string; lastId: string; pending: number }>({
    name: 'findLinePlaces',
    text: `SELECT wanted.id, part.after_id AS "afterId", part.last_id AS "lastId", (
             SELECT count(*)::int FROM (
               SELECT FROM operations ${LEFT_JOIN_ENDED}
               WHERE operations.id > part.after_id AND operations.id < wanted.id AND ${HAS_NOT_ENDED}
               ORDER BY operations.id LIMIT ${LINES_LIMIT}
             ) AS earlier
           ) AS before, (
             SELECT sum(lines - succeeded - failed)::int FROM batch_totals
             WHERE batch_totals.batch_id = wanted.batch_id AND batch_totals.partition = wanted.partition
           ) AS pending
           FROM unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS wanted (id, batch_id, partition)
           JOIN batch_parts AS part ON part.batch_id = wanted.batch_id AND part.partition = wanted.partition AND part.open`,
    values: [
      arrayLiteral(wanted.map(({ id }) => id)),
      arrayLiteral(wanted.map(({ batchId }) => batchId)),
      arrayLiteral(wanted.map(({ partition }) => partition)),
    ],
  });
  return rows.map(({ id, afterId, lastId, before, pending }) => {
    if (before < LINES_LIMIT) return { id, before };
    const [first, last] = [positionOf(afterId), positionOf(lastId)];
    const share = last > first ? (positionOf(id) - first) / (last - first) : 0;
    return { id, before: Math.max(before, Math.floor(pending * share)) };
  });
}
