import { lineId } from '../../batch.ts';
import type { OperationStatus, OperationType, Priority } from '../../operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { OPERATION_COLUMNS, type Operation } from './operations.ts';

/** A line to accept, as its own operation. */
export interface NewLine {
  readonly id: string;
  /** Where it stands in the file, counted from 1; for JSON, in the array. */
  readonly line: number;
  readonly draft: LineDraft;
}

/** What a line asks for. */
export interface LineDraft {
  readonly walletId: string;
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string | null;
  /** The text of a JSON object, as it was sent. */
  readonly metadata: string | null;
}

/** Columns of many lines, as `insertLines` sends them; plain JSON. Null for a column without any value. */
export type LineColumns = readonly (string | readonly (string | null)[] | null)[];

/** Where the idempotency keys are among them. */
const KEYS = 9;

export function toColumns(lines: readonly NewLine[]): LineColumns {
  const optional = (values: (string | null)[]): (string | null)[] | null =>
    values.every((value) => value === null) ? null : values;
  const words = (values: (string | null)[]): string | null => {
    const given = optional(values);
    return given && arrayLiteral(given);
  };
  return [
    arrayLiteral(lines.map(({ id }) => id)),
    arrayLiteral(lines.map(({ line }) => line)),
    arrayLiteral(lines.map(({ draft }) => draft.walletId)),
    arrayLiteral(lines.map(({ draft }) => draft.assetId)),
    arrayLiteral(lines.map(({ draft }) => draft.type)),
    arrayLiteral(lines.map(({ draft }) => draft.amount)),
    words(lines.map(({ draft }) => draft.toWalletId)),
    optional(lines.map(({ draft }) => draft.description)),
    optional(lines.map(({ draft }) => draft.referenceId)),
    optional(lines.map(({ draft }) => draft.idempotencyKey)),
    words(lines.map(({ draft }) => draft.requestHash)),
    optional(lines.map(({ draft }) => draft.metadata)),
  ];
}

/**
 * Adds lines to an open batch. Lines whose idempotency key is taken are left out.
 * @returns how many were added.
 */
export async function insertLines(
  database: Queryable,
  batch: { readonly id: string; readonly priority: Priority },
  columns: LineColumns,
): Promise<number> {
  const hasKeys = columns[KEYS] !== null;
  const { rows } = await database.query<{ added: number }>({
    name: hasKeys ? 'insertLinesWithKeys' : 'insertLines',
    text: `WITH added AS (
             INSERT INTO operations (id, batch_id, line, wallet_id, asset_id, type, amount, priority, created_at, to_wallet_id,
                                     description, reference_id, idempotency_key, request_hash, metadata_sent)
             SELECT id, $1, line, wallet_id, asset_id, type, amount, $2, now(), to_wallet_id, description, reference_id,
                    idempotency_key, decode(request_hash, 'hex'), metadata::json
             FROM unnest($3::uuid[], $4::int[], $5::uuid[], $6::smallint[], $7::text[], $8::bigint[], $9::uuid[], $10::text[],
                         $11::text[], $12::text[], $13::text[], $14::text[])
               AS given (id, line, wallet_id, asset_id, type, amount, to_wallet_id, description, reference_id,
                         idempotency_key, request_hash, metadata)
             ORDER BY id
             ${hasKeys ? 'ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING' : ''}
             RETURNING 1
           )
           SELECT count(*)::int AS added FROM added`,
    values: [batch.id, batch.priority, ...columns],
  });
  return rows[0]?.added ?? 0;
}

/** Of lines that were left out: those that have the key of an earlier line of the same batch. */
export async function findRepeatedKeys(
  database: Queryable,
  batchId: string,
  columns: LineColumns,
): Promise<{ line: number; first: number }[]> {
  const { rows } = await database.query<{ line: number; first: number }>({
    name: 'findRepeatedKeys',
    text: `SELECT given.line, operations.line AS first
           FROM unnest($2::uuid[], $3::int[], $4::text[]) AS given (id, line, key)
           JOIN operations ON operations.idempotency_key = given.key AND operations.batch_id = $1
           WHERE operations.id <> given.id
           ORDER BY given.line LIMIT 100`,
    values: [batchId, columns[0], columns[1], columns[KEYS]],
  });
  return rows;
}

/** Keeps which earlier operations lines stand for. */
export async function insertReplays(
  database: Queryable,
  batchId: string,
  replays: readonly { readonly position: number; readonly line: number; readonly operationId: string }[],
): Promise<void> {
  await database.query({
    name: 'insertReplays',
    text: `INSERT INTO batch_replays (batch_id, position, line, operation_id)
           SELECT $1, * FROM unnest($2::int[], $3::int[], $4::uuid[])`,
    values: [
      batchId,
      arrayLiteral(replays.map((replay) => replay.position)),
      arrayLiteral(replays.map((replay) => replay.line)),
      arrayLiteral(replays.map((replay) => replay.operationId)),
    ],
  });
}

/** A line of a batch as it stands. One that was replayed is the operation of that time. */
export interface BatchLine extends Operation {
  readonly position: number;
  readonly lineInBatch: number;
}

/** The positions looked at: behind `after`, up to and with `upTo`. */
export interface LineFilter {
  readonly after: number;
  readonly upTo: number;
  readonly status: OperationStatus | null;
}

/**
 * How the lines of a part are found, by the status that is looked for. Each look-up of an outcome is by its key, one after
 * the other, so that a page ends when it is full; what failed has an index, and what is pending lies in open parts.
 */
const OUTCOME = `JOIN LATERAL (SELECT * FROM outcomes WHERE operation_id = operations.id OFFSET 0) AS outcomes`;
const BOUNDED = 'operations.id > bounds.after_id AND operations.id <= bounds.last_id';
const FOUND_BY = {
  all: { from: `operations LEFT ${OUTCOME} ON true`, where: BOUNDED },
  succeeded: { from: `operations ${OUTCOME} ON outcomes.status = 'succeeded'`, where: BOUNDED },
  failed: {
    from: 'outcomes JOIN operations ON operations.id = outcomes.operation_id',
    where: `outcomes.operation_id > bounds.after_id AND outcomes.operation_id <= bounds.last_id
            AND outcomes.status = 'failed'`,
  },
  pending: {
    from: `batch_parts AS part JOIN operations ON operations.id > part.after_id LEFT ${OUTCOME} ON true`,
    where: `part.batch_id = $1 AND part.partition = bounds.partition AND part.open AND ${BOUNDED}
            AND outcomes.operation_id IS NULL`,
  },
} as const satisfies Record<OperationStatus | 'all', { from: string; where: string }>;

/** At most `limit` lines of a batch, in the order of the file. */
export async function listLines(
  database: Queryable,
  batch: { readonly id: string; readonly partitions: readonly number[] },
  filter: LineFilter,
  limit: number,
): Promise<BatchLine[]> {
  const ids = (position: number): string =>
    arrayLiteral(batch.partitions.map((partition) => lineId(batch.id, partition, position)));
  const { from, where } = FOUND_BY[filter.status ?? 'all'];
  const status = filter.status === null ? 'true' : `coalesce(outcomes.status, 'pending') = '${filter.status}'`;
  const { rows } = await database.query<BatchLine>({
    name: `listLines ${filter.status ?? 'all'}`,
    text: `SELECT * FROM (
       SELECT line.* FROM unnest($2::uuid[], $3::uuid[], $7::smallint[]) AS bounds (after_id, last_id, partition)
       CROSS JOIN LATERAL (
         SELECT ${OPERATION_COLUMNS}, line AS "lineInBatch",
                ('x' || right(operations.id::text, 5))::bit(20)::int AS position
         FROM ${from} WHERE ${where} AND operations.batch_id = $1
         ORDER BY operations.id LIMIT $6
       ) AS line
       UNION ALL (
         SELECT ${OPERATION_COLUMNS}, batch_replays.line AS "lineInBatch", batch_replays.position
         FROM batch_replays JOIN operations ON operations.id = batch_replays.operation_id
         LEFT JOIN outcomes ON outcomes.operation_id = operations.id
         WHERE batch_replays.batch_id = $1 AND position > $4 AND position <= $5 AND ${status}
         ORDER BY position LIMIT $6
       )
     ) AS lines ORDER BY position LIMIT $6`,
    values: [
      ...[batch.id, ids(filter.after), ids(filter.upTo), filter.after, filter.upTo, limit],
      arrayLiteral(batch.partitions),
    ],
  });
  return rows;
}
