import { lineId } from '../../words/batch.ts';
import type { LineStatus, OperationType, Priority } from '../../words/operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { type EncodedColumn, encodedBy, encodedRowset, rowset, wideStatement } from '../rowset.ts';
import { keyHash } from './operation-keys.ts';
import { type NewTerms, TERMS_ROWS, addTerms, rowsOfTerms, writeTerms } from './operation-terms.ts';
import { OPERATION_COLUMNS, type Operation } from './operations.ts';
import { HAS_NOT_ENDED, LEFT_JOIN_OUTCOME } from './outcomes.ts';

/** A line to accept, as its own operation. */
export interface NewLine {
  readonly id: string;
  /** Its position in the file or the JSON array, counted from 1. */
  readonly line: number;
  readonly draft: LineDraft;
}

/** The operation that a line requests. */
export interface LineDraft {
  readonly walletId: string;
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly type: OperationType;
  /** In minor units; null if it is everything that is left of its target, and for a posting. */
  readonly amount: bigint | null;
  readonly description: string | null;
  readonly referenceId: string | null;
  readonly idempotencyKey: string | null;
  readonly requestHash: string | null;
  /** The text of a JSON object, as it was sent. */
  readonly metadata: string | null;
  /** Its terms; null for the simple kinds. */
  readonly terms: NewTerms | null;
}

const LINE_COLUMNS = {
  id: 'uuid',
  line: 'int',
  wallet_id: 'uuid',
  asset_id: 'smallint',
  type: 'text',
  amount: 'bigint',
  to_wallet_id: 'uuid',
  description: 'text',
  reference_id: 'text',
  idempotency_key: 'text',
  request_hash: 'uuid',
  metadata: 'text',
} as const;

/** Columns of many lines, as `insertLines` sends them; plain JSON. */
export interface LineColumns extends Readonly<Record<keyof typeof LINE_COLUMNS, EncodedColumn>> {
  /** The columns of `TERMS_ROWS`; null if no line has terms. */
  readonly terms: Readonly<Record<keyof typeof TERMS_ROWS, readonly EncodedColumn[]>> | null;
}

export function toColumns(lines: readonly NewLine[]): LineColumns {
  const optional = (values: (string | null)[]): (string | null)[] | null =>
    values.every((value) => value === null) ? null : values;
  const words = (values: (string | null)[]): string | null => {
    const given = optional(values);
    return given && arrayLiteral(given);
  };
  return {
    id: arrayLiteral(lines.map(({ id }) => id)),
    line: arrayLiteral(lines.map(({ line }) => line)),
    wallet_id: arrayLiteral(lines.map(({ draft }) => draft.walletId)),
    asset_id: arrayLiteral(lines.map(({ draft }) => draft.assetId)),
    type: arrayLiteral(lines.map(({ draft }) => draft.type)),
    amount: arrayLiteral(lines.map(({ draft }) => draft.amount)),
    to_wallet_id: words(lines.map(({ draft }) => draft.toWalletId)),
    description: optional(lines.map(({ draft }) => draft.description)),
    reference_id: optional(lines.map(({ draft }) => draft.referenceId)),
    idempotency_key: optional(lines.map(({ draft }) => draft.idempotencyKey)),
    request_hash: words(lines.map(({ draft }) => draft.requestHash)),
    metadata: optional(lines.map(({ draft }) => draft.metadata)),
    terms: encodeTerms(lines),
  };
}

function encodeTerms(lines: readonly NewLine[]): LineColumns['terms'] {
  const withTerms = lines.filter(({ draft }) => draft.terms !== null);
  if (withTerms.length === 0) return null;
  const { terms, legs } = rowsOfTerms(withTerms.map(({ id, draft }) => ({ id, terms: draft.terms })));
  return { terms: TERMS_ROWS.terms.encode(terms), legs: TERMS_ROWS.legs.encode(legs) };
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
  const { terms } = columns;
  const withKeys = columns.idempotency_key !== null;
  const given = { batch: batch.id, priority: batch.priority, given: columns };
  const { rows } = await database.query<{ added: number }>(
    terms === null ? INSERT_LINES[withKeys ? 'withKeys' : 'plain'](given) : INSERT_WITH_TERMS({ ...given, ...terms }),
  );
  return rows[0]?.added ?? 0;
}

const LINES = { values: ['batch', 'priority'], sets: { given: encodedRowset(LINE_COLUMNS) } } as const;

const INSERT_LINES = {
  plain: insertStatement('insertLines', { withKeys: false }),
  withKeys: insertStatement('insertLinesWithKeys', { withKeys: true }),
};

function insertStatement(name: string, variant: { readonly withKeys: boolean }) {
  return wideStatement({ ...LINES, name, text: ({ given }, value) => insertText(given.rows, value, variant) });
}

/** For lines with terms; statements for other lines name no more tables than they need. */
const INSERT_WITH_TERMS = wideStatement({
  ...LINES,
  name: 'insertLinesWithTerms',
  sets: { ...LINES.sets, terms: encodedBy(TERMS_ROWS.terms), legs: encodedBy(TERMS_ROWS.legs) },
  text: (rows, value) => insertText(rows.given.rows, value, { withKeys: true, terms: writeTerms('added', rows) }),
});

function insertText(
  given: string,
  value: Readonly<Record<'batch' | 'priority', string>>,
  { withKeys, terms = '' }: { readonly withKeys: boolean; readonly terms?: string },
): string {
  return `WITH ${withKeys ? `keyed AS (${insertKeys(given)}), ` : ''}added AS (
             INSERT INTO operations (id, batch_id, line, wallet_id, asset_id, type, amount, priority, created_at, to_wallet_id,
                                     description, reference_id, idempotency_key, metadata_sent)
             SELECT id, ${value.batch}, line, wallet_id, asset_id, type, amount, ${value.priority}, now(), to_wallet_id,
                    description, reference_id, idempotency_key, metadata::json
             FROM ${given}
             ${withKeys ? 'WHERE idempotency_key IS NULL OR id IN (SELECT operation_id FROM keyed)' : ''}
             ORDER BY id
             RETURNING ${terms === '' ? '1' : 'id, created_at, wallet_id, asset_id, type'}
           )${terms}
           SELECT count(*)::int AS added FROM added`;
}

function insertKeys(rows: string): string {
  return `INSERT INTO operation_keys (key_hash, operation_id, request_hash)
             SELECT ${keyHash('idempotency_key')}, id, request_hash FROM ${rows} WHERE idempotency_key IS NOT NULL
             ORDER BY line
             ON CONFLICT DO NOTHING
             RETURNING operation_id`;
}

/** Of the lines left out, those that have the key of an earlier line of the same batch. */
export async function findRepeatedKeys(
  database: Queryable,
  batchId: string,
  columns: LineColumns,
): Promise<{ line: number; first: number }[]> {
  const { rows } = await database.query<{ line: number; first: number }>(
    FIND_REPEATED_KEYS({ batch: batchId, given: columns }),
  );
  return rows;
}

const FIND_REPEATED_KEYS = wideStatement({
  name: 'findRepeatedKeys',
  values: ['batch'],
  sets: { given: encodedRowset({ id: 'uuid', line: 'int', idempotency_key: 'text' }) },
  text: ({ given }, value) => `SELECT given.line, operations.line AS first
           FROM ${given.rows}
           JOIN operation_keys ON key_hash = ${keyHash('given.idempotency_key')}
           JOIN operations ON operations.id = operation_keys.operation_id AND operations.batch_id = ${value.batch}
           WHERE operations.id <> given.id
           ORDER BY given.line LIMIT 100`,
});

/** A line that stands for an earlier operation. */
interface Replay {
  readonly position: number;
  readonly line: number;
  readonly operationId: string;
}

/** Stores which earlier operations lines stand for. */
export async function insertReplays(database: Queryable, batchId: string, replays: readonly Replay[]): Promise<void> {
  await database.query(INSERT_REPLAYS({ batch: batchId, replayed: replays }));
}

const INSERT_REPLAYS = wideStatement({
  name: 'insertReplays',
  values: ['batch'],
  sets: {
    replayed: rowset<Replay>({
      position: ['int', ({ position }) => position],
      line: ['int', ({ line }) => line],
      operation_id: ['uuid', ({ operationId }) => operationId],
    }),
  },
  text: ({ replayed }, value) => `INSERT INTO batch_replays (batch_id, position, line, operation_id)
           SELECT ${value.batch}, position, line, operation_id FROM ${replayed.rows}`,
});

/** The current state of a line of a batch. A replayed line is the earlier operation. */
export interface BatchLine extends Operation {
  readonly position: number;
  readonly lineInBatch: number;
}

/** The range of positions: after `after`, up to and including `upTo`. */
export interface LineFilter {
  readonly after: number;
  readonly upTo: number;
  readonly status: LineStatus | null;
}

/**
 * How the lines of a part are found, by the requested status. Outcomes are looked up one by one by key, so that a page
 * ends when it is full; failed lines have their own table, and pending lines are in open parts.
 */
const BOUNDED = 'operations.id > bounds.after_id AND operations.id <= bounds.last_id';
const foundBy = (batch: string) =>
  ({
    all: { from: `operations ${LEFT_JOIN_OUTCOME}`, where: BOUNDED },
    succeeded: { from: `operations ${LEFT_JOIN_OUTCOME}`, where: `${BOUNDED} AND movement.operation_id IS NOT NULL` },
    failed: {
      from: `(SELECT operation_id FROM failures
              WHERE operation_id > bounds.after_id AND operation_id <= bounds.last_id) AS failed
             JOIN operations ON operations.id = failed.operation_id ${LEFT_JOIN_OUTCOME}`,
      where: 'true',
    },
    pending: {
      from: `batch_parts AS part JOIN operations ON operations.id > part.after_id ${LEFT_JOIN_OUTCOME}`,
      where: `part.batch_id = ${batch} AND part.partition = bounds.partition AND part.open AND ${BOUNDED}
            AND ${HAS_NOT_ENDED}`,
    },
  }) as const satisfies Record<LineStatus | 'all', { from: string; where: string }>;

/** At most `limit` lines of a batch, in the order of the file. */
export async function listLines(
  database: Queryable,
  batch: { readonly id: string; readonly partitions: readonly number[] },
  filter: LineFilter,
  limit: number,
): Promise<BatchLine[]> {
  const bounds = batch.partitions.map((partition) => ({
    partition,
    afterId: lineId(batch.id, partition, filter.after),
    lastId: lineId(batch.id, partition, filter.upTo),
  }));
  const { after, upTo, status } = filter;
  const { rows } = await database.query<BatchLine>(
    LIST_LINES[status ?? 'all']({ batch: batch.id, after, upTo, limit, bounds }),
  );
  return addTerms(database, rows);
}

const LIST_LINES = {
  all: listStatement('all'),
  pending: listStatement('pending'),
  succeeded: listStatement('succeeded'),
  failed: listStatement('failed'),
} as const satisfies Record<LineStatus | 'all', unknown>;

function listStatement(status: LineStatus | 'all') {
  const ofStatus = status === 'all' ? 'true' : `lines.status = '${status}'`;
  return wideStatement({
    name: `listLines ${status}`,
    values: ['batch', 'after', 'upTo', 'limit'],
    sets: {
      bounds: rowset<{ readonly partition: number; readonly afterId: string; readonly lastId: string }>({
        partition: ['smallint', ({ partition }) => partition],
        after_id: ['uuid', ({ afterId }) => afterId],
        last_id: ['uuid', ({ lastId }) => lastId],
      }),
    },
    text: ({ bounds }, value) => {
      const { from, where } = foundBy(value.batch)[status];
      return `SELECT * FROM (
       SELECT line.* FROM ${bounds.rows}
       CROSS JOIN LATERAL (
         SELECT ${OPERATION_COLUMNS}, line AS "lineInBatch",
                ('x' || right(operations.id::text, 5))::bit(20)::int AS position
         FROM ${from} WHERE ${where} AND operations.batch_id = ${value.batch}
         ORDER BY operations.id LIMIT ${value.limit}
       ) AS line
       UNION ALL (
         SELECT * FROM (
           SELECT ${OPERATION_COLUMNS}, batch_replays.line AS "lineInBatch", batch_replays.position
           FROM batch_replays JOIN operations ON operations.id = batch_replays.operation_id ${LEFT_JOIN_OUTCOME}
           WHERE batch_replays.batch_id = ${value.batch} AND position > ${value.after} AND position <= ${value.upTo}
         ) AS lines
         WHERE ${ofStatus} ORDER BY position LIMIT ${value.limit}
       )
     ) AS lines ORDER BY position LIMIT ${value.limit}`;
    },
  });
}
