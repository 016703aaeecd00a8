import { boundsOfBatch } from '../../words/batch.ts';
import type { OperationStatus, OperationType, Priority } from '../../words/operation.ts';
import type { RejectionCode } from '../../words/rejection.ts';
import { arrayLiteral } from '../array-literal.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';

/** An operation to accept. `requestHash` is the SHA-256 of the request in hex; it goes with `idempotencyKey`. */
export interface NewOperation {
  readonly id: string;
  readonly partition: number;
  readonly walletId: string;
  /** The receiving wallet of a transfer; null for every other type. */
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly type: OperationType;
  readonly amount: bigint;
  readonly priority: Priority;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string | null;
  /** The caller's own fields: the text of a JSON object, as it was sent. */
  readonly metadata: string | null;
}

/** An operation as it stands: pending while `completedAt` is null. */
export interface Operation extends Omit<NewOperation, 'partition'> {
  /** The batch that it is a line of; null for a single operation. */
  readonly batchId: string | null;
  readonly status: OperationStatus;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly errorCode: RejectionCode | null;
  readonly walletBalance: bigint | null;
  readonly walletVersion: bigint | null;
  readonly toWalletBalance: bigint | null;
  readonly toWalletVersion: bigint | null;
}

const KEY_WAIT_MS = 500;

/**
 * Accepts operations in the given order, in one statement that commits by itself: a client that is paused or cut off in
 * the middle leaves no lock behind.
 *
 * Their sequence numbers are drawn under the acceptance locks of their partitions, so an operation that is visible has
 * every earlier operation of its wallet visible too: the order of `seq` is the order of acceptance, whichever process
 * accepted. Locks are taken in the order of partitions, and rows inserted in the order of keys, so two of these
 * statements cannot deadlock. An operation whose id or key exists already is left out; repeating a call is safe. A key that
 * somebody else is storing just now, a batch say, is waited for half a second only: the locks keep others waiting.
 * @returns id and time of those that were accepted now.
 */
export async function acceptOperations(
  database: Queryable,
  operations: readonly NewOperation[],
): Promise<{ id: string; createdAt: Date }[]> {
  const { rows } = await database.query<{ id: string; createdAt: Date }>(ACCEPT_OPERATIONS({ input: operations }));
  return rows;
}

const ACCEPT_OPERATIONS = wideStatement({
  name: 'acceptOperations',
  sets: {
    input: rowset<NewOperation>(
      {
        id: ['uuid', ({ id }) => id],
        partition: ['smallint', ({ partition }) => partition],
        wallet_id: ['uuid', ({ walletId }) => walletId],
        to_wallet_id: ['uuid', ({ toWalletId }) => toWalletId],
        asset_id: ['smallint', ({ assetId }) => assetId],
        type: ['text', ({ type }) => type],
        amount: ['bigint', ({ amount }) => amount],
        priority: ['text', ({ priority }) => priority],
        description: ['text', ({ description }) => description, 'escaped'],
        reference_id: ['text', ({ referenceId }) => referenceId, 'escaped'],
        idempotency_key: ['text', ({ idempotencyKey }) => idempotencyKey, 'escaped'],
        request_hash: ['text', ({ requestHash }) => requestHash],
        metadata: ['text', ({ metadata }) => metadata, 'escaped'],
      },
      { numbered: 'position' },
    ),
  },
  text: ({ input }) => `WITH input AS MATERIALIZED (
             SELECT * FROM ${input.rows}
           ), hurried AS MATERIALIZED (
             SELECT set_config('lock_timeout', '${KEY_WAIT_MS}', true)
           ), locked AS MATERIALIZED (
             SELECT pg_advisory_xact_lock(${ADVISORY_LOCK.accept}, partition)
             FROM (SELECT DISTINCT partition::int FROM input WHERE (SELECT count(*) FROM hurried) > 0
                   ORDER BY partition) AS partitions
           ), numbered AS MATERIALIZED (
             SELECT nextval('operation_seq') AS seq, clock_timestamp() AS created_at, ordered.*
             FROM (SELECT * FROM input WHERE (SELECT count(*) FROM locked) > 0 ORDER BY position) AS ordered
           ), accepted AS (
             INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                                     idempotency_key, request_hash, to_wallet_id, metadata_sent, created_at)
             SELECT id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                    idempotency_key, decode(request_hash, 'hex'), to_wallet_id, metadata::json, created_at
             FROM numbered ORDER BY idempotency_key, id
             ON CONFLICT DO NOTHING
             RETURNING id, created_at
           ), queued AS (
             INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at)
             SELECT numbered.partition, numbered.priority = 'low', numbered.seq, numbered.id, numbered.wallet_id,
                    numbered.created_at
             FROM numbered JOIN accepted ON accepted.id = numbered.id
           )
           SELECT id, created_at AS "createdAt" FROM accepted`,
});

export const OPERATION_COLUMNS = `operations.id, operations.batch_id AS "batchId",
         operations.wallet_id AS "walletId", operations.to_wallet_id AS "toWalletId",
         operations.asset_id AS "assetId", operations.type, operations.amount,
         coalesce(operations.metadata_sent::text, operations.metadata::text) AS metadata,
         operations.priority, operations.description, operations.reference_id AS "referenceId",
         operations.idempotency_key AS "idempotencyKey", encode(operations.request_hash, 'hex') AS "requestHash",
         operations.created_at AS "createdAt", coalesce(outcomes.status, 'pending') AS status,
         outcomes.completed_at AS "completedAt", outcomes.error_code AS "errorCode",
         outcomes.wallet_balance AS "walletBalance", outcomes.wallet_version AS "walletVersion",
         outcomes.to_wallet_balance AS "toWalletBalance", outcomes.to_wallet_version AS "toWalletVersion"`;

const SELECT_OPERATION = `
  SELECT ${OPERATION_COLUMNS}
  FROM operations LEFT JOIN outcomes ON outcomes.operation_id = operations.id`;

/** Those of the operations that exist, in no particular order. */
export async function findOperations(database: Queryable, ids: readonly string[]): Promise<Operation[]> {
  const { rows } = await database.query<Operation>({
    name: 'findOperations',
    text: `${SELECT_OPERATION} WHERE operations.id = ANY ($1::uuid[])`,
    values: [arrayLiteral(ids)],
  });
  return rows;
}

/** Those of the operations that have ended, in no particular order. To ask for those that have not costs next to nothing. */
export async function findEndedOperations(database: Queryable, ids: readonly string[]): Promise<Operation[]> {
  const { rows } = await database.query<Operation>({
    name: 'findEndedOperations',
    text: `SELECT ${OPERATION_COLUMNS}
           FROM (SELECT * FROM outcomes WHERE operation_id = ANY ($1::uuid[]) OFFSET 0) AS outcomes
           CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = outcomes.operation_id OFFSET 0) AS operations`,
    values: [arrayLiteral(ids)],
  });
  return rows;
}

/** The operations accepted under the idempotency keys, in no particular order. */
export async function findOperationsByKey(database: Queryable, keys: readonly string[]): Promise<Operation[]> {
  const { rows } = await database.query<Operation>({
    name: 'findOperationsByKey',
    text: `${SELECT_OPERATION} WHERE operations.idempotency_key = ANY ($1::text[])`,
    values: [keys],
  });
  return rows;
}

/** Which operations: `from` is included, `to` is not; `before` is the id that the page begins below. */
export interface OperationFilter {
  readonly walletId: string | null;
  readonly batchId: string | null;
  readonly status: OperationStatus | null;
  readonly type: OperationType | null;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly before: string | null;
}

/** At most `limit` operations, newest first: ids begin with the time at which they were made (UUID version 7). */
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
  if (filter.status === 'pending') {
    // Of each open part of a batch, only as much as a page can show.
    const pendingLines = `SELECT operations.id FROM operations
       LEFT JOIN outcomes ON outcomes.operation_id = operations.id
       WHERE ${[...conditions, 'operations.id > after_id', 'operations.id <= last_id'].join(' AND ')}
         AND outcomes.operation_id IS NULL
       ORDER BY operations.id DESC LIMIT ${most}`;
    conditions.push(
      `operations.id IN (SELECT operation_id FROM pending_operations
         UNION ALL SELECT line.id FROM batch_parts CROSS JOIN LATERAL (${pendingLines}) AS line WHERE batch_parts.open)`,
    );
  } else if (filter.status !== null) {
    // A literal, so that the planner knows the index of what failed.
    conditions.push(`outcomes.status = '${filter.status}'`);
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const { rows } = await database.query<Operation>(
    `${SELECT_OPERATION} ${where} ORDER BY operations.id DESC LIMIT ${most}`,
    values,
  );
  return rows;
}

/** How far the clocks of the processes that make ids may be from the database's. */
const CLOCK_SKEW_MS = 3_600_000;

/** The lowest UUID version 7 (RFC 9562) of a time: its first 48 bits are the milliseconds. */
function lowestIdOf(time: Date, shiftMs: number): string {
  const milliseconds = Math.max(0, time.getTime() + shiftMs);
  const hex = milliseconds.toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
