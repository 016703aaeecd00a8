import { positionOf } from '../../words/batch.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_ENDED } from './outcomes.ts';
import { type OpenPart, type PendingOperation, TRANSFERABLE, type WalletPlace } from './pending-operations.ts';

/** What is pending in a partition besides single operations of high priority. */
export interface Bulk {
  /** Whether single operations of low priority are pending. */
  readonly hasLow: boolean;
  /** In the order of acceptance. */
  readonly parts: readonly OpenPart[];
}

export async function readBulk(database: Queryable, partitions: readonly number[]): Promise<Map<number, Bulk>> {
  const { rows } = await database.query<{ held: number; hasLow: boolean } & (OpenPart | { batchId: null })>({
    name: 'readBulk',
    text: `SELECT held.partition AS held, parts.*,
                  EXISTS (SELECT FROM pending_operations WHERE partition = held.partition AND low) AS "hasLow"
           FROM unnest($1::smallint[]) AS held (partition)
           LEFT JOIN LATERAL (
             SELECT batch_id AS "batchId", partition, seq, priority, atomic, line_events AS "lineEvents",
                    cancelled_at IS NOT NULL AS cancelled, total, after_id AS "afterId", last_id AS "lastId"
             FROM batch_parts JOIN batches ON batches.id = batch_parts.batch_id
             WHERE batch_parts.partition = held.partition AND open
           ) AS parts ON true
           ORDER BY parts.seq`,
    values: [arrayLiteral(partitions)],
  });
  const bulk = new Map<number, { hasLow: boolean; parts: OpenPart[] }>();
  for (const { held, hasLow, ...part } of rows) {
    const found = bulk.get(held) ?? { hasLow, parts: [] };
    bulk.set(held, found);
    if (part.batchId !== null) found.parts.push(part);
  }
  return bulk;
}

interface LineRow extends Omit<PendingOperation, 'partition' | 'seq' | 'position' | 'low' | 'part' | 'origin'> {
  /** Which of the requested positions this is for, counted from 1. */
  readonly number: bigint;
}

const LINE = `line.id, place.number, line.wallet_id AS "walletId", line.to_wallet_id AS "toWalletId",
  line.asset_id AS "assetId", ${TRANSFERABLE} AS transferable, line.type, line.amount`;

/** The first `limit` pending lines of each requested part, in the order of the lines of each part. */
export async function readLines(
  database: Queryable,
  wanted: readonly { readonly part: OpenPart; readonly limit: number }[],
): Promise<PendingOperation[]> {
  const { rows } = await database.query<LineRow>(READ_LINES({ place: wanted }));
  return rows.map((row) => toPending(row, wanted[Number(row.number) - 1]?.part));
}

const READ_LINES = wideStatement({
  name: 'readLines',
  sets: {
    place: rowset<{ readonly part: OpenPart; readonly limit: number }>(
      {
        after_id: ['uuid', ({ part }) => part.afterId],
        last_id: ['uuid', ({ part }) => part.lastId],
        most: ['bigint', ({ limit }) => limit],
      },
      { numbered: 'number' },
    ),
  },
  text: ({ place }) => `SELECT ${LINE}
           FROM ${place.rows}
           CROSS JOIN LATERAL (
             SELECT id, wallet_id, to_wallet_id, asset_id, type, amount
             FROM operations
             ${LEFT_JOIN_ENDED}
             WHERE id > place.after_id AND id <= place.last_id AND ${HAS_NOT_ENDED}
             ORDER BY id LIMIT place.most
           ) AS line
           ORDER BY place.number, line.id`,
});

/**
 * The first `limit` pending lines of a wallet in each part of its partition that comes before the position. Parts of
 * atomic batches are excluded: they get their position when they are applied.
 */
export async function readLinesBefore(
  database: Queryable,
  places: readonly WalletPlace[],
  parts: readonly OpenPart[],
  limit: number,
): Promise<PendingOperation[]> {
  const pairs = places.flatMap((place) =>
    parts.filter((part) => part.partition === place.partition && part.seq < place.seq).map((part) => ({ place, part })),
  );
  if (pairs.length === 0) return [];
  const { rows } = await database.query<LineRow>(READ_LINES_BEFORE({ place: pairs, limit }));
  return rows.map((row) => toPending(row, pairs[Number(row.number) - 1]?.part));
}

const READ_LINES_BEFORE = wideStatement({
  name: 'readLinesBefore',
  values: ['limit'],
  sets: {
    place: rowset<{ readonly place: WalletPlace; readonly part: OpenPart }>(
      {
        wallet_id: ['uuid', ({ place }) => place.walletId],
        after_id: ['uuid', ({ part }) => part.afterId],
        last_id: ['uuid', ({ part }) => part.lastId],
      },
      { numbered: 'number' },
    ),
  },
  text: ({ place }, value) => `SELECT ${LINE}
           FROM ${place.rows}
           CROSS JOIN LATERAL (
             SELECT id, wallet_id, to_wallet_id, asset_id, type, amount
             FROM operations
             ${LEFT_JOIN_ENDED}
             -- As pairs, so that the index by wallet is used whatever the planner thinks: the lines of a part are many.
             WHERE (wallet_id, id) > (place.wallet_id, place.after_id) AND (wallet_id, id) <= (place.wallet_id, place.last_id)
               AND ${HAS_NOT_ENDED}
             ORDER BY wallet_id, id LIMIT ${value.limit}
           ) AS line
           ORDER BY place.number, line.id`,
});

function toPending(row: LineRow, part: OpenPart | undefined): PendingOperation {
  if (part === undefined) throw new Error(`line ${row.id} is of no part that was asked for`);
  return {
    id: row.id,
    partition: part.partition,
    seq: part.seq,
    position: positionOf(row.id),
    low: part.priority === 'low',
    part,
    walletId: row.walletId,
    toWalletId: row.toWalletId,
    assetId: row.assetId,
    transferable: row.transferable,
    origin: null,
    type: row.type,
    amount: row.amount,
  };
}
