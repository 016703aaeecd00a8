import { ATOMIC_LIMIT } from '@wallet/shared/words/batch';
import { type Hash, createHash } from 'node:crypto';
import type { Request } from 'express';
import { bodyTypeOf } from '../http/body-type.ts';
import { invalid } from '../http/schemas.ts';
import { type TextDecoding, decodeTable, decodeUtf8 } from './decode-text.ts';
import { readCsv } from './read-csv.ts';
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

const JSON_TYPES = ['application/json', 'application/x-ndjson'] as const;

/** The lines of a body that is not a batch, in the same way: the elements of `list` in a JSON object, or NDJSON. */
export function readJsonBody(
  request: Request,
  envelope: Envelope,
  { list, limitBytes }: { readonly list: string; readonly limitBytes: number },
): AsyncIterable<RawLine[]> {
  const type = bodyTypeOf(request, JSON_TYPES);
  const text = readText(request, decodeUtf8(), { limitBytes });
  return type === 'application/json' ? readJsonArray(text, envelope, list) : readNdjson(text);
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
