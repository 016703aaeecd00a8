import type { Priority } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { CLOCK_SKEW_MS, lowestIdOf } from './operation-lists.ts';
import { type SkippedLine, writeSkippedLines } from './skipped-lines.ts';

/** What never changes about a batch. The hash is SHA-256 in hex. */
interface BatchFacts {
  readonly id: string;
  readonly total: number;
  /** Lines that were accepted before under their own keys. */
  readonly replayed: number;
  readonly priority: Priority;
  readonly atomic: boolean;
  /** Whether each line has an event of its own when it ends. */
  readonly lineEvents: boolean;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly retryOf: string | null;
}

/** A batch to accept, with the sums of its lines in each partition and asset. */
export interface NewBatch extends BatchFacts {
  readonly skippedLines: readonly SkippedLine[];
  readonly parts: readonly { readonly partition: number; readonly afterId: string; readonly lastId: string }[];
  readonly totals: readonly {
    readonly partition: number;
    readonly assetId: number;
    readonly lines: number;
    readonly amount: bigint;
  }[];
}

/** The sums of a batch in one asset, and its outcome so far. Amounts are minor units: sums may exceed any balance. */
export interface AssetTotals {
  readonly assetId: number;
  readonly lines: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly amount: bigint;
  readonly succeededAmount: bigint;
  readonly failedAmount: bigint;
}

/** The current state of a batch. */
export interface Batch extends BatchFacts {
  /** Invalid lines that it was accepted without; `findSkippedLines` returns them. */
  readonly skipped: number;
  readonly acceptedAt: Date;
  readonly startedAt: Date | null;
  readonly cancelledAt: Date | null;
  readonly finishedAt: Date | null;
  /** The clock of the database, for calculations with the times above. */
  readonly now: Date;
  readonly partitions: readonly number[];
  readonly totals: readonly AssetTotals[];
}

/** Opens a batch in a transaction that will add its lines, and end with `closeBatch` and `acceptBatchAndCommit`. */
export async function openBatch(
  database: Queryable,
  batch: Pick<BatchFacts, 'id' | 'priority' | 'atomic' | 'lineEvents' | 'retryOf'>,
): Promise<void> {
  await database.query({
    name: 'openBatch',
    text: `INSERT INTO batches (id, priority, atomic, line_events, retry_of) VALUES ($1, $2, $3, $4, $5)`,
    values: [batch.id, batch.priority, batch.atomic, batch.lineEvents, batch.retryOf],
  });
}

/** Records the totals of a batch after all its lines have been added. */
export async function closeBatch(database: Queryable, batch: NewBatch): Promise<void> {
  await database.query({
    name: 'closeBatch',
    text: `UPDATE batches SET total = $2, replayed = $3, idempotency_key = $4, request_hash = decode($5, 'hex'),
                  open_parts = $6, skipped = $7, skipped_lines = $8
           WHERE id = $1`,
    values: [
      ...[batch.id, batch.total, batch.replayed, batch.idempotencyKey, batch.requestHash, batch.parts.length],
      ...[batch.skippedLines.length, writeSkippedLines(batch.skippedLines)],
    ],
  });
  await database.query(INSERT_PARTS({ batch: batch.id, part: batch.parts }));
  await database.query(INSERT_TOTALS({ batch: batch.id, total: batch.totals }));
}

const INSERT_PARTS = wideStatement({
  name: 'insertBatchParts',
  values: ['batch'],
  sets: {
    part: rowset<NewBatch['parts'][number]>({
      partition: ['smallint', ({ partition }) => partition],
      after_id: ['uuid', ({ afterId }) => afterId],
      last_id: ['uuid', ({ lastId }) => lastId],
    }),
  },
  text: ({ part }, value) => `INSERT INTO batch_parts (batch_id, partition, after_id, last_id)
           SELECT ${value.batch}, partition, after_id, last_id FROM ${part.rows}`,
});

const INSERT_TOTALS = wideStatement({
  name: 'insertBatchTotals',
  values: ['batch'],
  sets: {
    total: rowset<NewBatch['totals'][number]>({
      partition: ['smallint', ({ partition }) => partition],
      asset_id: ['smallint', ({ assetId }) => assetId],
      lines: ['int', ({ lines }) => lines],
      amount: ['numeric', ({ amount }) => amount],
    }),
  },
  text: ({ total }, value) => `INSERT INTO batch_totals (batch_id, partition, asset_id, lines, amount)
           SELECT ${value.batch}, partition, asset_id, lines, amount FROM ${total.rows}`,
});

/**
 * Ends the transaction of a new batch: it gets its position in the order of acceptance and commits, in one message, so
 * that nothing waits on its locks for a client that is paused in between. `id` must be one of ours.
 */
export function acceptBatchAndCommit(id: string): string {
  return `SELECT accept_batch('${id}'); COMMIT`;
}

/** Prevents others from accepting under the same key until the transaction ends. @returns whether the key was free. */
export async function tryLockBatchKey(database: Queryable, key: string): Promise<boolean> {
  const { rows } = await database.query<{ locked: boolean }>({
    name: 'tryLockBatchKey',
    text: "SELECT pg_try_advisory_xact_lock(hashtextextended('batch ' || $1, 0)) AS locked",
    values: [key],
  });
  return rows[0]?.locked ?? false;
}

type BatchRow = Omit<Batch, 'totals'>;
type TotalsRow = Record<keyof AssetTotals | 'batchId', string>;

const COLUMNS = `id, total, replayed, skipped, priority, atomic, line_events AS "lineEvents", idempotency_key AS "idempotencyKey",
                  encode(request_hash, 'hex') AS "requestHash", retry_of AS "retryOf", accepted_at AS "acceptedAt",
                  (SELECT min(started_at) FROM batch_totals WHERE batch_id = batches.id) AS "startedAt",
                  cancelled_at AS "cancelledAt", finished_at AS "finishedAt", now(),
                  ARRAY (SELECT partition::int FROM batch_parts WHERE batch_id = batches.id ORDER BY 1) AS partitions`;

/** The batch with an id or an idempotency key. */
export async function findBatch(
  database: Queryable,
  by: { readonly id: string } | { readonly idempotencyKey: string },
): Promise<Batch | null> {
  const [name, condition, value] =
    'id' in by ? ['findBatchById', 'id', by.id] : ['findBatchByKey', 'idempotency_key', by.idempotencyKey];
  const { rows } = await database.query<BatchRow>({
    name,
    text: `SELECT ${COLUMNS} FROM batches WHERE ${condition} = $1`,
    values: [value],
  });
  const [batch] = await withTotals(database, rows);
  return batch ?? null;
}

/** Whether all of its lines have ended. */
export async function isFinished(database: Queryable, batchId: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'isFinished',
    text: 'SELECT FROM batches WHERE id = $1 AND finished_at IS NOT NULL',
    values: [batchId],
  });
  return rowCount === 1;
}

/** `pending`: none of its lines has ended. */
export const BATCH_STATUSES = ['pending', 'processing', 'completed'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** The number of unfinished batches by progress; each count stops at 10,000. */
export async function countOpenBatches(
  database: Queryable,
): Promise<{ accepted: number; applying: number; cancelling: number }> {
  const { rows } = await database.query<{ accepted: number; applying: number; cancelling: number }>({
    name: 'countOpenBatches',
    text: `SELECT count(*) FILTER (WHERE cancelled_at IS NOT NULL)::int AS cancelling,
                  count(*) FILTER (WHERE cancelled_at IS NULL AND is_started)::int AS applying,
                  count(*) FILTER (WHERE cancelled_at IS NULL AND NOT is_started)::int AS accepted
           FROM (SELECT DISTINCT batch_id FROM batch_parts WHERE open LIMIT 10000) AS waiting
           CROSS JOIN LATERAL (
             SELECT cancelled_at, EXISTS (
               SELECT FROM batch_totals WHERE batch_id = batches.id AND started_at IS NOT NULL
             ) AS is_started
             FROM batches WHERE id = waiting.batch_id AND finished_at IS NULL OFFSET 0
           ) AS batch`,
  });
  return rows[0] ?? { accepted: 0, applying: 0, cancelling: 0 };
}

/** Which batches: `from` is inclusive, `to` is exclusive; the page has ids below `before`. */
export interface BatchFilter {
  readonly status: BatchStatus | null;
  readonly priority: Priority | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: string | null;
}

/** At most `limit` batches, newest first: ids begin with their creation time (UUID version 7). */
export async function listBatches(database: Queryable, filter: BatchFilter, limit: number): Promise<Batch[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['seq IS NOT NULL'];
  if (filter.priority !== null) conditions.push(`priority = ${parameter(filter.priority)}`);
  if (filter.from !== null) {
    conditions.push(`accepted_at >= ${parameter(filter.from)}`);
    conditions.push(`id >= ${parameter(lowestIdOf(filter.from, -CLOCK_SKEW_MS))}`);
  }
  if (filter.to !== null) {
    conditions.push(`accepted_at < ${parameter(filter.to)}`);
    conditions.push(`id < ${parameter(lowestIdOf(filter.to, CLOCK_SKEW_MS))}`);
  }
  if (filter.before !== null) conditions.push(`id < ${parameter(filter.before)}`);
  if (filter.status === 'completed') conditions.push('finished_at IS NOT NULL');
  else if (filter.status !== null) {
    // Few batches are open, and they can be anywhere in the list.
    conditions.push('id IN (SELECT batch_id FROM batch_parts WHERE open) AND finished_at IS NULL');
    const isStarted = `EXISTS (SELECT FROM batch_totals WHERE batch_id = batches.id AND started_at IS NOT NULL)`;
    conditions.push(filter.status === 'pending' ? `NOT ${isStarted}` : isStarted);
  }
  const { rows } = await database.query<BatchRow>(
    `SELECT ${COLUMNS} FROM batches WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ${parameter(limit)}`,
    values,
  );
  return withTotals(database, rows);
}

async function withTotals(database: Queryable, batches: readonly BatchRow[]): Promise<Batch[]> {
  if (batches.length === 0) return [];
  const { rows } = await database.query<TotalsRow>({
    name: 'sumTotals',
    text: `SELECT batch_id AS "batchId", asset_id AS "assetId", sum(lines) AS lines, sum(succeeded) AS succeeded,
                  sum(failed) AS failed, sum(amount) AS amount, sum(succeeded_amount) AS "succeededAmount",
                  sum(failed_amount) AS "failedAmount"
           FROM batch_totals WHERE batch_id = ANY ($1::uuid[]) GROUP BY batch_id, asset_id ORDER BY asset_id`,
    values: [arrayLiteral(batches.map(({ id }) => id))],
  });
  const totals = new Map<string, AssetTotals[]>(batches.map(({ id }) => [id, []]));
  for (const row of rows) totals.get(row.batchId)?.push(toTotals(row));
  return batches.map((batch) => ({ ...batch, totals: totals.get(batch.id) ?? [] }));
}

function toTotals(row: TotalsRow): AssetTotals {
  return {
    assetId: Number(row.assetId),
    lines: Number(row.lines),
    succeeded: Number(row.succeeded),
    failed: Number(row.failed),
    amount: BigInt(row.amount),
    succeededAmount: BigInt(row.succeededAmount),
    failedAmount: BigInt(row.failedAmount),
  };
}

/**
 * Ends the batches whose last part was closed. A batch is named once for every part closed now.
 * @returns those that have ended.
 */
export async function finishBatches(database: Queryable, batchIds: readonly string[]): Promise<string[]> {
  const { rows } = await database.query<{ id: string; finished: boolean }>({
    name: 'finishBatches',
    text: `WITH closed AS (
             SELECT batch_id, count(*)::int AS parts FROM unnest($1::uuid[]) AS batch_id GROUP BY batch_id
           ), locked AS MATERIALIZED (
             SELECT id FROM batches WHERE id IN (SELECT batch_id FROM closed) ORDER BY id FOR UPDATE
           )
           UPDATE batches
           SET open_parts = open_parts - closed.parts,
               finished_at = CASE WHEN open_parts = closed.parts THEN statement_timestamp() END
           FROM closed JOIN locked ON locked.id = closed.batch_id
           WHERE batches.id = closed.batch_id
           RETURNING batches.id, finished_at IS NOT NULL AS finished`,
    values: [arrayLiteral(batchIds)],
  });
  return rows.filter(({ finished }) => finished).map(({ id }) => id);
}

export type CancelledBatch = 'cancelled' | 'already_finished' | 'batch_not_found';

/** Cancels the pending lines of a batch. Workers fail them in order, when they reach them. */
export async function cancelBatch(database: Queryable, id: string): Promise<CancelledBatch> {
  const { rows } = await database.query<{ cancelled: boolean }>({
    name: 'cancelBatch',
    text: `WITH cancelled AS (
             UPDATE batches SET cancelled_at = coalesce(cancelled_at, clock_timestamp())
             WHERE id = $1 AND finished_at IS NULL
             RETURNING 1
           )
           SELECT EXISTS (SELECT FROM cancelled) OR cancelled_at IS NOT NULL AS cancelled FROM batches WHERE id = $1`,
    values: [id],
  });
  if (rows[0] === undefined) return 'batch_not_found';
  return rows[0].cancelled ? 'cancelled' : 'already_finished';
}
