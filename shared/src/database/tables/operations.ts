import { boundsOfBatch } from '../../words/batch.ts';
import type { OperationStatus, OperationType, Priority } from '../../words/operation.ts';
import type { RejectionCode } from '../../words/rejection.ts';
import { arrayLiteral } from '../array-literal.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatement } from '../rowset.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_OUTCOME, OUTCOME_COLUMNS } from './outcomes.ts';
import { keyHash } from './operation-keys.ts';
import type { NewTerms, OperationTerms } from './operation-terms.ts';

/** An operation to accept. `requestHash` is half the SHA-256 of the request, 32 digits in hex; it goes with `idempotencyKey`. */
export interface NewOperation {
  readonly id: string;
  readonly partition: number;
  readonly walletId: string;
  /** The receiving wallet of a transfer, or of a capture that goes to a wallet; otherwise null. */
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly type: OperationType;
  /** In minor units; null where it is all that is left of what is named, and for a posting. */
  readonly amount: bigint | null;
  readonly priority: Priority;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string | null;
  /** The caller's own fields: the text of a JSON object, as it was sent. */
  readonly metadata: string | null;
  /** What it says besides; null for the simple kinds. */
  readonly terms: NewTerms | null;
}

/** An operation as it stands: pending while `completedAt` is null. */
export interface Operation extends Omit<NewOperation, 'partition' | 'requestHash' | 'terms'> {
  readonly terms: OperationTerms | null;
  /** How much of it was taken back, over all legs; null if nothing was. */
  readonly reversed: bigint | null;
  /** Where a capture left what is held of its wallet. */
  readonly heldBalance: bigint | null;
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
 * statements cannot deadlock. An operation whose key exists already is left out. So is, `again`, one whose id exists: after an
 * error that leaves open what became of the call, it is to be repeated so. The first time, no id can exist, and nothing is
 * written ahead for the case that it did (48 bytes of the log for each operation). A key that
 * somebody else is storing just now, a batch say, is waited for half a second only: the locks keep others waiting.
 * @returns id and time of those that were accepted now.
 */
export async function acceptOperations(
  database: Queryable,
  operations: readonly NewOperation[],
  { again }: { again: boolean },
): Promise<{ id: string; createdAt: Date }[]> {
  const withKeys = operations.some(({ idempotencyKey }) => idempotencyKey !== null);
  const accept = again ? ACCEPT_AGAIN : withKeys ? ACCEPT_OPERATIONS : ACCEPT_WITHOUT_KEYS;
  const { rows } = await database.query<{ id: string; createdAt: Date }>(accept({ input: operations }));
  return rows;
}

const INSERT_KEYS = `INSERT INTO operation_keys (key_hash, operation_id, request_hash)
             SELECT ${keyHash('idempotency_key')} AS key_hash, id, request_hash
             FROM numbered WHERE idempotency_key IS NOT NULL ORDER BY key_hash, position
             ON CONFLICT DO NOTHING
             RETURNING operation_id`;

const ACCEPT_OPERATIONS = acceptStatement('acceptOperations', {});
/** Where none has a key, none is written: to name the table would cost as much as some operations. */
const ACCEPT_WITHOUT_KEYS = acceptStatement('acceptOperationsWithoutKeys', { withoutKeys: true });
const ACCEPT_AGAIN = acceptStatement('acceptOperationsAgain', { again: true });

function acceptStatement(name: string, { withoutKeys = false, again = false }) {
  return wideStatement({
    name,
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
          request_hash: ['uuid', ({ requestHash }) => requestHash],
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
           ), ${withoutKeys ? '' : `keyed AS (${INSERT_KEYS}), `}accepted AS (
             INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                                     idempotency_key, to_wallet_id, metadata_sent, created_at)
             SELECT id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                    idempotency_key, to_wallet_id, metadata::json, created_at
             FROM numbered
             ${withoutKeys ? '' : 'WHERE idempotency_key IS NULL OR id IN (SELECT operation_id FROM keyed)'}
             ORDER BY id
             ${again ? 'ON CONFLICT DO NOTHING' : ''}
             RETURNING id, created_at
           ), queued AS (
             INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at)
             SELECT numbered.partition, numbered.priority = 'low', numbered.seq, numbered.id, numbered.wallet_id,
                    numbered.created_at
             FROM numbered JOIN accepted ON accepted.id = numbered.id
           )
           SELECT id, created_at AS "createdAt" FROM accepted`,
  });
}

export const OPERATION_COLUMNS = `operations.id, operations.batch_id AS "batchId",
         operations.wallet_id AS "walletId", operations.to_wallet_id AS "toWalletId",
         operations.asset_id AS "assetId", operations.type, operations.amount,
         coalesce(operations.metadata_sent::text, operations.metadata::text) AS metadata,
         operations.priority, operations.description, operations.reference_id AS "referenceId",
         operations.idempotency_key AS "idempotencyKey", operations.created_at AS "createdAt", ${OUTCOME_COLUMNS}`;

const SELECT_OPERATION = `SELECT ${OPERATION_COLUMNS} FROM operations ${LEFT_JOIN_OUTCOME}`;

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
           FROM (
             SELECT operation_id FROM movements WHERE operation_id = ANY ($1::uuid[]) AND leg = 0
             UNION ALL
             SELECT operation_id FROM failures WHERE operation_id = ANY ($1::uuid[])
           ) AS ended
           CROSS JOIN LATERAL (SELECT * FROM operations WHERE id = ended.operation_id OFFSET 0) AS operations
           ${LEFT_JOIN_OUTCOME}`,
    values: [arrayLiteral(ids)],
  });
  return rows;
}

/** An operation that was accepted under a key, with the hash of its request. */
export interface KeyedOperation extends Operation {
  readonly requestHash: string;
  readonly isArchived: false;
}

/** What is known of an operation in the archives: its key is kept. */
export interface ArchivedOperation {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly isArchived: true;
}

/**
 * The operations accepted under the idempotency keys, in no particular order. Of a key and its operation, which are written by
 * one statement, this sees both or neither; so a key without its operation is that of an archived one.
 */
export async function findOperationsByKey(
  database: Queryable,
  keys: readonly string[],
): Promise<(KeyedOperation | ArchivedOperation)[]> {
  const { rows } = await database.query<KeyedOperation | (ArchivedOperation & { key: string; operationId: string })>({
    name: 'findOperationsByKey',
    text: `SELECT ${OPERATION_COLUMNS}, replace(operation_keys.request_hash::text, '-', '') AS "requestHash",
                  operations.id IS NULL AS "isArchived", wanted.key, operation_keys.operation_id AS "operationId"
           FROM unnest($1::text[]) AS wanted (key)
           CROSS JOIN LATERAL (
             SELECT * FROM operation_keys WHERE key_hash = ${keyHash('wanted.key')} OFFSET 0
           ) AS operation_keys
           LEFT JOIN LATERAL (SELECT * FROM operations WHERE id = operation_keys.operation_id OFFSET 0) AS operations ON true
           ${LEFT_JOIN_OUTCOME}`,
    values: [keys],
  });
  return rows.map((row) =>
    row.isArchived
      ? { id: row.operationId, idempotencyKey: row.key, requestHash: row.requestHash, isArchived: true }
      : row,
  );
}

/** Which operations: `from` is included, `to` is not; `before` is the id that the page begins below. */
export interface OperationFilter {
  readonly walletId: string | null;
  readonly batchId: string | null;
  readonly status: OperationStatus | null;
  readonly type: OperationType | null;
  readonly referenceId: string | null;
  /** Only what the key stands for now: of a line of a batch, not if retention has deleted its key. */
  readonly idempotencyKey: string | null;
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
  // All that have the reference, which are few: where the planner does not know that, it would read on from the newest.
  const operations =
    filter.referenceId === null
      ? 'operations'
      : `(SELECT * FROM operations WHERE reference_id COLLATE "C" = ${parameter(filter.referenceId)} OFFSET 0) AS operations`;
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
  } else if (filter.status === 'failed') {
    conditions.push('operations.id IN (SELECT operation_id FROM failures)');
  } else if (filter.status === 'succeeded') {
    conditions.push('movement.operation_id IS NOT NULL');
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const { rows } = await database.query<Operation>(
    `SELECT ${OPERATION_COLUMNS} FROM ${operations} ${LEFT_JOIN_OUTCOME} ${where} ORDER BY operations.id DESC LIMIT ${most}`,
    values,
  );
  return rows;
}

/** How far the clocks of the processes that make ids may be from the database's. */
export const CLOCK_SKEW_MS = 3_600_000;

/** The lowest UUID version 7 (RFC 9562) of a time: its first 48 bits are the milliseconds. */
function lowestIdOf(time: Date, shiftMs: number): string {
  const milliseconds = Math.max(0, time.getTime() + shiftMs);
  const hex = milliseconds.toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
