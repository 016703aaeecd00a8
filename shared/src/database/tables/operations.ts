import type { OperationStatus, OperationType, Priority } from '../../words/operation.ts';
import type { RejectionCode } from '../../words/rejection.ts';
import { arrayLiteral } from '../array-literal.ts';
import { ADVISORY_LOCK } from '../locks.ts';
import type { Queryable } from '../pool.ts';
import { rowset, wideStatements } from '../rowset.ts';
import { LEFT_JOIN_OUTCOME, OUTCOME_COLUMNS } from './outcomes.ts';
import { keyHash } from './operation-keys.ts';
import {
  type NewTerms,
  type OperationTerms,
  TERMS_ROWS,
  addTerms,
  rowsOfTerms,
  writeTerms,
} from './operation-terms.ts';

/**
 * An operation to accept. `requestHash` is half the SHA-256 of the request, 32 hex digits; it belongs to
 * `idempotencyKey`.
 */
export interface NewOperation {
  readonly id: string;
  readonly partition: number;
  readonly walletId: string;
  /** The receiving wallet of a transfer, or of a capture to a wallet; otherwise null. */
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly type: OperationType;
  /** In minor units; null if it is everything that is left of its target, and for a posting. */
  readonly amount: bigint | null;
  readonly priority: Priority;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string | null;
  /** The caller's own fields: the text of a JSON object, as it was sent. */
  readonly metadata: string | null;
  /** Its terms; null for the simple kinds. */
  readonly terms: NewTerms | null;
  /** When it is queued; null if immediately. */
  readonly executeAt: Date | null;
  /** Null if the request has the id of the operation, and no trace. */
  readonly origin?: Origin | null;
}

/** The origin of an operation, for logs and traces; it is stored while the operation is pending. */
export interface Origin {
  /** The caller's id of the request; null if the request has the id of the operation. */
  readonly requestId: string | null;
  /** In W3C Trace Context form; null if it is not sampled. */
  readonly traceparent: string | null;
}

/**
 * The current state of an operation: scheduled or pending while `completedAt` is null. If the request left `amount`
 * out, it is the amount moved, after it succeeded; it stays null if there were several amounts.
 */
export interface Operation extends Omit<NewOperation, 'partition' | 'requestHash' | 'terms' | 'origin'> {
  readonly terms: OperationTerms | null;
  /** How much of it was reversed, over all legs; null if nothing was. Capped at the range of a `bigint`. */
  readonly reversed: bigint | null;
  /** The held balance of the wallet after a hold, a capture or a release. */
  readonly heldBalance: bigint | null;
  /** The batch of a line; null for a single operation. */
  readonly batchId: string | null;
  readonly status: OperationStatus;
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly errorCode: RejectionCode | null;
  /** The state of its wallet afterwards; null too if it succeeded without moving anything there. */
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
 * Their sequence numbers are drawn under the acceptance locks of their partitions, so when an operation is visible,
 * every earlier operation of its wallet is visible too: the order of `seq` is the order of acceptance, whichever
 * process accepted. Locks are taken in the order of partitions, and rows inserted in the order of keys, so two of these
 * statements cannot deadlock. An operation whose key exists already is left out. With `again`, one whose id exists is
 * left out too: use it to repeat a call after an error that leaves its result unknown. The first call does not need
 * that, and preparing for it would cost 48 bytes of log per operation. If another session, such as that of a batch, is
 * storing a key at that moment, this waits for it for only half a second: its locks block others.
 *
 * With `holdersKnown`, every wallet of a hold has a held account: the caller has seen that, and it spares the statement
 * a table. Otherwise missing ones are created.
 * @returns id and time of the operations accepted now.
 */
export async function acceptOperations(
  database: Queryable,
  operations: readonly NewOperation[],
  { again, holdersKnown = false }: { again: boolean; holdersKnown?: boolean },
): Promise<{ id: string; createdAt: Date }[]> {
  const { rows } = await database.query<{ id: string; createdAt: Date }>(acceptanceOf(operations, again, holdersKnown));
  return rows;
}

/** The variant that the operations need, with its input. */
function acceptanceOf(operations: readonly NewOperation[], again: boolean, holdersKnown: boolean) {
  const needs = { again, origins: false, keys: false, terms: false, legs: false, held: false };
  for (const { origin, idempotencyKey, terms, type } of operations) {
    if (origin != null) needs.origins = true;
    if (idempotencyKey !== null) needs.keys = true;
    if (terms !== null) needs.terms = true;
    if (terms !== null && terms.legs.length > 0) needs.legs = true;
    if (type === 'hold' && !holdersKnown) needs.held = true;
  }
  return ACCEPT(needs, { input: operations, traced: operations, ...rowsOfTerms(operations) });
}

/**
 * Accepts operations that are due later, as `acceptOperations` does for immediate ones: they get no position, and so
 * need no lock. Their terms are stored in the same way.
 */
export async function scheduleOperations(
  database: Queryable,
  operations: readonly NewOperation[],
  { again }: { again: boolean },
): Promise<{ id: string; createdAt: Date }[]> {
  const { rows } = await database.query<{ id: string; createdAt: Date }>(
    SCHEDULE({ again }, { scheduled: operations, ...rowsOfTerms(operations) }),
  );
  return rows;
}

const COLUMNS = {
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
} satisfies Parameters<typeof rowset<NewOperation>>[0];

const ORIGIN_COLUMNS = {
  request_id: ['text', ({ origin }) => origin?.requestId ?? null, 'escaped'],
  traceparent: ['text', ({ origin }) => origin?.traceparent ?? null],
} satisfies Parameters<typeof rowset<NewOperation>>[0];

const INPUT = {
  input: rowset<NewOperation>(COLUMNS, { numbered: 'position' }),
  traced: rowset<NewOperation>({ ...COLUMNS, ...ORIGIN_COLUMNS }, { numbered: 'position' }),
};
const SCHEDULED = {
  scheduled: rowset<NewOperation>(
    {
      ...{ ...COLUMNS, ...ORIGIN_COLUMNS },
      execute_at: ['timestamptz', ({ executeAt }) => executeAt?.toISOString() ?? null],
    },
    { numbered: 'position' },
  ),
};

const INSERT_KEYS = `INSERT INTO operation_keys (key_hash, operation_id, request_hash)
             SELECT ${keyHash('idempotency_key')} AS key_hash, id, request_hash
             FROM numbered WHERE idempotency_key IS NOT NULL ORDER BY key_hash, position
             ON CONFLICT DO NOTHING
             RETURNING operation_id`;

/**
 * Names no more tables and columns than it needs: each table costs some tens of microseconds, for its checks and its
 * law, even if nothing is written to it.
 */
const ACCEPT = wideStatements({
  name: 'acceptOperations',
  /** `origins`: a caller named a request, or one is sampled. */
  needs: ['again', 'origins', 'keys', 'terms', 'legs', 'held'],
  sets: { ...INPUT, ...TERMS_ROWS },
  text: (rows, needs) => {
    const [names, values] = needs.origins
      ? [', request_id, traceparent', ', numbered.request_id, numbered.traceparent']
      : ['', ''];
    return `WITH input AS MATERIALIZED (
             SELECT * FROM ${(needs.origins ? rows.traced : rows.input).rows}
           ), hurried AS MATERIALIZED (
             SELECT set_config('lock_timeout', '${KEY_WAIT_MS}', true)
           ), locked AS MATERIALIZED (
             SELECT pg_advisory_xact_lock(${ADVISORY_LOCK.accept}, partition)
             FROM (SELECT DISTINCT partition::int FROM input WHERE (SELECT count(*) FROM hurried) > 0
                   ORDER BY partition) AS partitions
           ), numbered AS MATERIALIZED (
             SELECT nextval('operation_seq') AS seq, clock_timestamp() AS created_at, ordered.*
             FROM (SELECT * FROM input WHERE (SELECT count(*) FROM locked) > 0 ORDER BY position) AS ordered
           ), ${needs.keys ? `keyed AS (${INSERT_KEYS}), ` : ''}accepted AS (
             INSERT INTO operations (id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                                     idempotency_key, to_wallet_id, metadata_sent, created_at)
             SELECT id, seq, wallet_id, asset_id, type, amount, priority, description, reference_id,
                    idempotency_key, to_wallet_id, metadata::json, created_at
             FROM numbered
             ${needs.keys ? 'WHERE idempotency_key IS NULL OR id IN (SELECT operation_id FROM keyed)' : ''}
             ORDER BY id
             ${needs.again ? 'ON CONFLICT DO NOTHING' : ''}
             RETURNING id, created_at${needs.held ? ', wallet_id, asset_id, type' : ''}
           ), queued AS (
             INSERT INTO pending_operations (partition, low, seq, operation_id, wallet_id, accepted_at${names})
             SELECT numbered.partition, numbered.priority = 'low', numbered.seq, numbered.id, numbered.wallet_id,
                    numbered.created_at${values}
             FROM numbered JOIN accepted ON accepted.id = numbered.id
           )${needs.terms ? writeTerms('accepted', rows, needs) : ''}
           SELECT id, created_at AS "createdAt" FROM accepted`;
  },
});

const SCHEDULE = wideStatements({
  name: 'scheduleOperations',
  needs: ['again'],
  sets: { ...SCHEDULED, ...TERMS_ROWS },
  text: (rows, { again }) => `WITH hurried AS MATERIALIZED (
             SELECT set_config('lock_timeout', '${KEY_WAIT_MS}', true)
           ), numbered AS MATERIALIZED (
             SELECT clock_timestamp() AS created_at, scheduled.* FROM ${rows.scheduled.rows}
             WHERE (SELECT count(*) FROM hurried) > 0
           ), keyed AS (${INSERT_KEYS}), accepted AS (
             INSERT INTO operations (id, wallet_id, asset_id, type, amount, priority, description, reference_id,
                                     idempotency_key, to_wallet_id, metadata_sent, created_at, execute_at)
             SELECT id, wallet_id, asset_id, type, amount, priority, description, reference_id,
                    idempotency_key, to_wallet_id, metadata::json, created_at, execute_at
             FROM numbered
             WHERE idempotency_key IS NULL OR id IN (SELECT operation_id FROM keyed)
             ORDER BY id
             ${again ? 'ON CONFLICT DO NOTHING' : ''}
             RETURNING id, created_at, execute_at, wallet_id, asset_id, type
           ), planned AS (
             INSERT INTO scheduled_operations (operation_id, execute_at, partition, request_id, traceparent)
             SELECT accepted.id, accepted.execute_at, numbered.partition, numbered.request_id, numbered.traceparent
             FROM numbered JOIN accepted ON accepted.id = numbered.id
           )${writeTerms('accepted', rows, { legs: true, held: true }, 'execute_at')}
           SELECT id, created_at AS "createdAt" FROM accepted`,
});

/**
 * The columns of `Operation`, except those that `addTerms` adds to the kinds with terms: every reader of these calls
 * it.
 */
export const OPERATION_COLUMNS = `operations.id, operations.batch_id AS "batchId",
         operations.wallet_id AS "walletId", operations.to_wallet_id AS "toWalletId",
         operations.asset_id AS "assetId", operations.type, operations.amount,
         coalesce(operations.metadata_sent::text, operations.metadata::text) AS metadata,
         operations.priority, operations.description, operations.reference_id AS "referenceId",
         operations.idempotency_key AS "idempotencyKey", operations.created_at AS "createdAt",
         operations.execute_at AS "executeAt", ${OUTCOME_COLUMNS}`;

const SELECT_OPERATION = `SELECT ${OPERATION_COLUMNS} FROM operations ${LEFT_JOIN_OUTCOME}`;

/** The operations that exist, in no particular order. */
export async function findOperations(database: Queryable, ids: readonly string[]): Promise<Operation[]> {
  const { rows } = await database.query<Operation>({
    name: 'findOperations',
    text: `${SELECT_OPERATION} WHERE operations.id = ANY ($1::uuid[])`,
    values: [arrayLiteral(ids)],
  });
  return addTerms(database, rows);
}

/** The operations that have ended, in no particular order. Asking for unfinished ones costs next to nothing. */
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
  return addTerms(database, rows);
}

/** An operation that was accepted under a key, with the hash of its request. */
export interface KeyedOperation extends Operation {
  readonly requestHash: string;
  readonly isArchived: false;
}

/** What is known of an archived operation: its key is kept. */
export interface ArchivedOperation {
  readonly id: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly isArchived: true;
}

/**
 * The operations accepted under the idempotency keys, in no particular order. A key and its operation are written by
 * one statement, and this sees both or neither; so a key without its operation is that of an archived one.
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
  await addTerms(
    database,
    rows.filter((row) => !row.isArchived),
  );
  return rows.map((row) =>
    row.isArchived
      ? { id: row.operationId, idempotencyKey: row.key, requestHash: row.requestHash, isArchived: true }
      : row,
  );
}
