import { ATOMIC_LIMIT } from '@wallet/shared/words/batch';
import { type Hash, createHash } from 'node:crypto';
import type { Request } from 'express';
import { bodyTypeOf } from '../http/body-type.ts';
import { invalid } from '../http/schemas.ts';
import { type TextDecoding, decodeTable, decodeUtf8 } from './decode-text.ts';
import { type ListColumns, readListHeader } from './csv-header.ts';
import { readCsv, readTable } from './read-csv.ts';
import { readJsonArray, readNdjson } from './read-json-lines.ts';
import type { RawLine } from './raw-line.ts';
import { readText } from './read-text.ts';

/** The rest of a JSON body besides its operations, once it has been read. */
export interface Envelope {
  rest: unknown;
}

/** The body of a batch: its other fields, and a hash of its bytes, as far as it has been read. */
export interface BatchBody extends Envelope {
  readonly bytes: Hash;
}

export function createBatchBody(): BatchBody {
  return { rest: null, bytes: createHash('sha256') };
}

interface Format {
  readonly decode: () => TextDecoding;
  readonly read: (
    text: AsyncIterable<string>,
    envelope: Envelope,
    keyColumn: string | null,
  ) => AsyncIterable<RawLine[]>;
}

/** The reader for each type of body. */
const FORMATS = {
  'application/json': { decode: decodeUtf8, read: (text, envelope) => readJsonArray(text, envelope) },
  'application/x-ndjson': { decode: decodeUtf8, read: readNdjson },
  'text/csv': { decode: decodeTable, read: (text, _, keyColumn) => readCsv(text, keyColumn) },
} as const satisfies Record<string, Format>;

const BATCH_TYPES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];

/**
 * The lines of a batch, in groups, as they arrive; nothing is kept. `body.rest` is set after the last one. `keyColumn`
 * names the column of a table that holds the keys of its lines.
 * @throws Problem if the body is of another type, or does not match its type.
 */
export function readLines(request: Request, body: BatchBody, keyColumn: string | null): AsyncIterable<RawLine[]> {
  const type = bodyTypeOf(request, BATCH_TYPES);
  if (keyColumn !== null && type !== 'text/csv') {
    throw invalid([{ path: 'key_column', message: 'is for text/csv: a line of JSON has its key in idempotency_key' }]);
  }
  const format: Format = FORMATS[type];
  return format.read(readText(request, format.decode(), { hash: body.bytes }), body, keyColumn);
}

/** How another list than that of a batch is written. */
interface ListForm {
  /** The name of the array in a JSON object. */
  readonly list: string;
  /** The columns of a table, and what a record says with them, given the fields that are not empty. */
  readonly columns: ListColumns;
  readonly toValue: (fields: Readonly<Record<string, unknown>>) => unknown;
  readonly limitBytes: number;
}

/** The lines of another body than a batch, in the same way. A line of a table always says which field a problem is in. */
export function readListBody(
  request: Request,
  envelope: Envelope,
  { list, columns, toValue, limitBytes }: ListForm,
): AsyncIterable<RawLine[]> {
  const type = bodyTypeOf(request, BATCH_TYPES);
  const text = readText(request, FORMATS[type].decode(), { limitBytes });
  if (type === 'application/json') return readJsonArray(text, envelope, list);
  if (type === 'application/x-ndjson') return readNdjson(text);
  const records = readTable(text, (record, said, line) => readListHeader(record, said, line, columns));
  return toValues(records, toValue);
}

async function* toValues(source: AsyncIterable<RawLine[]>, toValue: ListForm['toValue']): AsyncGenerator<RawLine[]> {
  for await (const lines of source) {
    yield lines.map((line) =>
      line.problem === null
        ? { ...line, value: toValue(line.value as Record<string, unknown>) }
        : { field: '', ...line },
    );
  }
}

/**
 * Holds back the size of an atomic batch, so that the fields at the end of a small body are known before its first
 * line.
 */
export async function* holdFirst(source: AsyncIterable<RawLine[]>): AsyncGenerator<RawLine[]> {
  let held: RawLine[] | null = [];
  for await (const lines of source) {
    held?.push(...lines);
    if (held === null) yield lines;
    else if (held.length > ATOMIC_LIMIT) {
      yield held;
      held = null;
    }
  }
  if (held !== null && held.length > 0) yield held;
}
