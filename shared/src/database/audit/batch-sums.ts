import type { Client } from '../pool.ts';
import { ARCHIVED_BEFORE } from './bounds.ts';
import type { Violation } from './pieces.ts';

export interface Batch {
  readonly id: string;
  readonly total: number;
}

/** Of these batches, those that are archived in part or completely: the database has fewer lines than they state. */
export async function findArchived(client: Client, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM batches WHERE id = ANY ($1) AND id < ${ARCHIVED_BEFORE} AND finished_at IS NOT NULL`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/** A range of ids of a batch's lines. */
export interface LineRange {
  readonly batchId: string;
  readonly after: string;
  readonly upTo: string;
}

/** The sums of a batch's lines in a partition and an asset. */
interface Sums {
  readonly batchId: string;
  readonly partition: number;
  readonly assetId: number;
  readonly lines: bigint;
  /** Sums as texts, as the database returns them. */
  readonly amount: string;
  readonly succeeded: bigint;
  readonly succeededAmount: string;
  readonly failed: bigint;
  readonly failedAmount: string;
}

export type Tally = Map<string, Sums>;

/** Adds sums up, by batch, partition and asset. */
export function tallyOf(...added: readonly (readonly Sums[])[]): Tally {
  const tally: Tally = new Map();
  for (const sums of added.flat()) {
    const key = keyOf(sums);
    const before = tally.get(key);
    tally.set(key, before === undefined ? sums : add(before, sums));
  }
  return tally;
}

function keyOf({ batchId, partition, assetId }: Sums): string {
  return `${batchId} ${partition} ${assetId}`;
}

function add(one: Sums, other: Sums): Sums {
  const sum = (amount: string, more: string): string => String(BigInt(amount) + BigInt(more));
  return {
    ...one,
    lines: one.lines + other.lines,
    amount: sum(one.amount, other.amount),
    succeeded: one.succeeded + other.succeeded,
    succeededAmount: sum(one.succeededAmount, other.succeededAmount),
    failed: one.failed + other.failed,
    failedAmount: sum(one.failedAmount, other.failedAmount),
  };
}

const RANGES = 'unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS range (batch_id, after_id, last_id)';
const valuesOf = (ranges: readonly LineRange[]): string[][] => [
  ranges.map(({ batchId }) => batchId),
  ranges.map(({ after }) => after),
  ranges.map(({ upTo }) => upTo),
];
/** The key of a line, from its id. */
const PARTITION = "('x' || substr(id::text, 16, 3))::bit(12)::int";

/**
 * The lines of the ranges, without their outcomes; an omitted amount counts as 0. Lines never change, so they may be
 * added up from several snapshots.
 */
export async function sumLines(client: Client, ranges: readonly LineRange[]): Promise<Sums[]> {
  const { rows } = await client.query<Sums>(
    `SELECT range.batch_id AS "batchId", line.partition, line.asset_id AS "assetId", line.lines, line.amount::text,
            0::bigint AS succeeded, '0' AS "succeededAmount", 0::bigint AS failed, '0' AS "failedAmount"
     FROM ${RANGES} CROSS JOIN LATERAL (
       SELECT ${PARTITION} AS partition, asset_id, count(*) AS lines, sum(coalesce(amount, 0)) AS amount FROM operations
       WHERE id > range.after_id AND id <= range.last_id AND batch_id = range.batch_id
       GROUP BY 1, 2
     ) AS line`,
    valuesOf(ranges),
  );
  return rows;
}

/** The outcomes of the ended lines in the ranges. Lines that have not ended cost nothing. */
export async function sumEnded(client: Client, ranges: readonly LineRange[]): Promise<Sums[]> {
  const ended = (
    table: string,
    once = '',
  ) => `SELECT ${PARTITION} AS partition, operation.asset_id, count(*) AS lines, sum(coalesce(operation.amount, 0)) AS amount
       FROM ${table} AS ended
       CROSS JOIN LATERAL (
         SELECT id, asset_id, amount FROM operations WHERE id = ended.operation_id AND batch_id = range.batch_id OFFSET 0
       ) AS operation
       WHERE ended.operation_id > range.after_id AND ended.operation_id <= range.last_id ${once}
       GROUP BY 1, 2`;
  const { rows } = await client.query<Sums>(
    `SELECT range.batch_id AS "batchId", line.partition, line.asset_id AS "assetId", 0::bigint AS lines, '0' AS amount,
            sum(succeeded)::bigint AS succeeded, sum(succeeded_amount)::text AS "succeededAmount",
            sum(failed)::bigint AS failed, sum(failed_amount)::text AS "failedAmount"
     FROM ${RANGES} CROSS JOIN LATERAL (
       SELECT partition, asset_id, lines AS succeeded, amount AS succeeded_amount, 0 AS failed, 0 AS failed_amount
       FROM (${ended('movements', 'AND ended.leg = 0')}) AS moved
       UNION ALL
       SELECT partition, asset_id, 0, 0, lines, amount FROM (${ended('failures')}) AS refused
     ) AS line
     GROUP BY 1, 2, 3`,
    valuesOf(ranges),
  );
  return rows;
}

/** The totals that batches state. */
export async function readTotals(client: Client, ids: readonly string[]): Promise<Sums[]> {
  const { rows } = await client.query<Sums>(
    `SELECT batch_id AS "batchId", partition, asset_id AS "assetId", lines::bigint, amount::text, succeeded::bigint,
            succeeded_amount::text AS "succeededAmount", failed::bigint, failed_amount::text AS "failedAmount"
     FROM batch_totals WHERE batch_id = ANY ($1)`,
    [ids],
  );
  return rows;
}

export function checkLines(batches: readonly Batch[], tally: Tally, archived: ReadonlySet<string>): Violation[] {
  const lines = new Map<string, bigint>();
  for (const sums of tally.values()) lines.set(sums.batchId, (lines.get(sums.batchId) ?? 0n) + sums.lines);
  return batches
    .filter(({ id, total }) => {
      const found = lines.get(id) ?? 0n;
      return archived.has(id) ? found > BigInt(total) : found !== BigInt(total);
    })
    .map(({ id, total }) => ({
      violation: 'batch_lines_missing',
      subject: `batch ${id}`,
      detail: `accepted with ${total} lines, has ${lines.get(id) ?? 0n}`,
    }));
}

const FACTS = ['lines', 'amount', 'succeeded', 'succeededAmount', 'failed', 'failedAmount'] as const;

/** Compares the totals that batches state with the computed sums; both must be of the same moment. */
export function checkTotals(totals: readonly Sums[], tally: Tally, archived: ReadonlySet<string>): Violation[] {
  const said = tallyOf(totals);
  const keys = new Set([...said.keys(), ...tally.keys()]);
  return [...keys].flatMap((key) => {
    const [told, found] = [said.get(key), tally.get(key)];
    const { batchId, partition, assetId } = told ?? found ?? {};
    const isWhole = !archived.has(batchId ?? '');
    const fits = (fact: (typeof FACTS)[number]): boolean =>
      isWhole ? told?.[fact] === found?.[fact] : BigInt(found?.[fact] ?? 0) <= BigInt(told?.[fact] ?? 0);
    if (FACTS.every(fits)) return [];
    const show = (sums: Sums | undefined): string =>
      `${sums?.lines ?? 0n} lines, ${sums?.succeeded ?? 0n} succeeded, ${sums?.failed ?? 0n} failed`;
    const detail = `asset ${assetId} in partition ${partition}: says ${show(told)}; has ${show(found)}`;
    return [{ violation: 'batch_totals_wrong', subject: `batch ${batchId}`, detail }];
  });
}

/** Batches that state another number of open parts than they have. */
export async function findWrongParts(client: Client, ids: readonly string[]): Promise<Violation[]> {
  const { rows } = await client.query<Violation>(
    `SELECT 'batch_parts_wrong' AS violation, 'batch ' || batches.id AS subject,
            format('says %s open parts, has %s', open_parts, parts.open) AS detail
     FROM batches CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE open) AS open FROM batch_parts WHERE batch_id = batches.id
     ) AS parts
     WHERE batches.id = ANY ($1) AND open_parts <> parts.open`,
    [ids],
  );
  return rows;
}
