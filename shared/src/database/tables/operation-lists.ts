import { boundsOfBatch } from '../../words/batch.ts';
import type { OperationStatus, OperationType } from '../../words/operation.ts';
import type { Queryable } from '../pool.ts';
import { keyHash } from './operation-keys.ts';
import { addTerms } from './operation-terms.ts';
import { OPERATION_COLUMNS, type Operation } from './operations.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_OUTCOME } from './outcomes.ts';

/** Which operations: `from` is inclusive, `to` is exclusive; the page has ids below `before`. */
export interface OperationFilter {
  readonly walletId: string | null;
  readonly batchId: string | null;
  readonly status: OperationStatus | null;
  readonly type: OperationType | null;
  readonly referenceId: string | null;
  /** Only the current owner of the key: not a line of a batch whose key was deleted by retention. */
  readonly idempotencyKey: string | null;
  /** The captures and releases of this hold. */
  readonly holdId: string | null;
  /** The reversals of this operation. */
  readonly reversalOf: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: string | null;
}

/** At most `limit` operations, newest first: ids begin with their creation time (UUID version 7). */
export async function listOperations(
  database: Queryable,
  filter: OperationFilter,
  limit: number,
): Promise<Operation[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (filter.walletId !== null) conditions.push(`operations.wallet_id = ${parameter(filter.walletId)}`);
  if (filter.batchId !== null) {
    const [first, last] = boundsOfBatch(filter.batchId);
    conditions.push(`operations.batch_id = ${parameter(filter.batchId)}`);
    conditions.push(`operations.id BETWEEN ${parameter(first)} AND ${parameter(last)}`);
  }
  if (filter.type !== null) conditions.push(`operations.type = ${parameter(filter.type)}`);
  if (filter.holdId !== null) conditions.push(`operations.type IN ('capture', 'release')`);
  if (filter.reversalOf !== null) conditions.push(`operations.type = 'reversal'`);
  if (filter.idempotencyKey !== null) {
    const hash = keyHash(parameter(filter.idempotencyKey));
    conditions.push(`operations.id = (SELECT operation_id FROM operation_keys WHERE key_hash = ${hash})`);
  }
  if (filter.before !== null) conditions.push(`operations.id < ${parameter(filter.before)}`);
  if (filter.from !== null) {
    conditions.push(`operations.created_at >= ${parameter(filter.from)}`);
    conditions.push(`operations.id >= ${parameter(lowestIdOf(filter.from, -CLOCK_SKEW_MS))}`);
  }
  if (filter.to !== null) {
    conditions.push(`operations.created_at < ${parameter(filter.to)}`);
    conditions.push(`operations.id < ${parameter(lowestIdOf(filter.to, CLOCK_SKEW_MS))}`);
  }
  const most = parameter(limit);
  const { operations, newestFirst } = sourceOf(filter, parameter);
  if (filter.status === 'pending') {
    // Of each open part of a batch, only as much as a page can show.
    const pendingLines = `SELECT operations.id FROM ${operations}
       ${LEFT_JOIN_OUTCOME}
       WHERE ${[...conditions, 'operations.id > after_id', 'operations.id <= last_id'].join(' AND ')}
         AND ${HAS_NOT_ENDED}
       ORDER BY operations.id DESC LIMIT ${most}`;
    conditions.push(
      `operations.id IN (SELECT operation_id FROM pending_operations
         UNION ALL SELECT line.id FROM batch_parts CROSS JOIN LATERAL (${pendingLines}) AS line WHERE batch_parts.open)`,
    );
  } else if (filter.status === 'scheduled') {
    conditions.push('operations.id IN (SELECT operation_id FROM scheduled_operations)');
  } else if (filter.status === 'failed') {
    conditions.push('operations.id IN (SELECT operation_id FROM failures)');
  } else if (filter.status === 'succeeded') {
    conditions.push('movement.operation_id IS NOT NULL');
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const { rows } = await database.query<Operation>(
    `SELECT ${OPERATION_COLUMNS} FROM ${operations} ${LEFT_JOIN_OUTCOME} ${where} ORDER BY ${newestFirst} LIMIT ${most}`,
    values,
  );
  return addTerms(database, rows);
}

/**
 * What is searched. The operations with a reference, a hold or a reversed operation are few: a planner that does not
 * know that would scan from the newest operation. Those that name a target are read in order, so that a page does not
 * need all of them.
 */
function sourceOf(
  { referenceId, holdId, reversalOf, before }: OperationFilter,
  parameter: (value: unknown) => string,
): { operations: string; newestFirst: string } {
  const hasReference = (reference: string): string => `reference_id COLLATE "C" = ${parameter(reference)}`;
  const targetId = holdId ?? reversalOf;
  if (targetId === null) {
    const operations =
      referenceId === null
        ? 'operations'
        : `(SELECT * FROM operations WHERE ${hasReference(referenceId)} OFFSET 0) AS operations`;
    return { operations, newestFirst: 'operations.id DESC' };
  }
  const operations = `(
      SELECT operation_id FROM operation_terms
      WHERE target_id = ${parameter(targetId)} ${before === null ? '' : `AND operation_id < ${parameter(before)}`}
      ORDER BY operation_id DESC OFFSET 0
    ) AS naming CROSS JOIN LATERAL (
      SELECT * FROM operations
      WHERE id = naming.operation_id ${referenceId === null ? '' : `AND ${hasReference(referenceId)}`} OFFSET 0
    ) AS operations`;
  return { operations, newestFirst: 'naming.operation_id DESC' };
}

/** How much the clocks of processes that create ids may differ from the database's. */
export const CLOCK_SKEW_MS = 3_600_000;

/** The lowest UUID version 7 (RFC 9562) of a time: its first 48 bits are the milliseconds. */
export function lowestIdOf(time: Date, shiftMs: number): string {
  const milliseconds = Math.max(0, time.getTime() + shiftMs);
  const hex = milliseconds.toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
