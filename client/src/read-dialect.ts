import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * How a table is written. The service reads the same dialects, and has the last word: what is found here of a table that it
 * accepted is right.
 */
export interface Dialect {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  readonly separator: string;
  readonly lineEnd: '\n' | '\r';
  /** The names of the columns, as the service understands them. */
  readonly names: readonly string[];
}

/** More than a header may have. */
const START_BYTES = 64 * 1024;
const SAYS_SEPARATOR = /^\uFEFF?"?sep=([,;\t|])"?\s*$/i;
const SAYS_NOTHING = /^[\s",;|]*$/;

/** What a file begins with, as text. */
export async function readStart(path: string): Promise<{ text: string; encoding: Dialect['encoding'] }> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const mark = bytes.toString('latin1', 0, 2);
    const encoding = mark === '\xFF\xFE' ? 'utf-16le' : mark === '\xFE\xFF' ? 'utf-16be' : 'utf-8';
    return { text: new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes), encoding };
  } finally {
    await file.close();
  }
}

/** How the table in a file is written, by its first lines. */
export async function readDialect(path: string): Promise<Dialect> {
  const { text, encoding } = await readStart(path);
  const lineEnd = /\r\n|\n|\r/.exec(text)?.[0] === '\r' ? '\r' : '\n';
  const [first = '', ...others] = text.split(lineEnd);
  const said = SAYS_SEPARATOR.exec(first)?.[1];
  const header = (said === undefined ? [first, ...others] : others).find((line) => !isEmptyRecord(line)) ?? '';
  // None of them is in a name of a column.
  const separator = said ?? /[,;\t|]/.exec(header)?.[0] ?? ',';
  return { encoding, separator, lineEnd, names: header.split(separator).map(toName) };
}

function toName(field: string): string {
  return field
    .replaceAll('"', '')
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

export function isSeparatorLine(record: string): boolean {
  return SAYS_SEPARATOR.test(record);
}

/** Whether a record has no field that is not empty, so that it is none. */
export function isEmptyRecord(record: string): boolean {
  return SAYS_NOTHING.test(record);
}

/** The text of a file, with its byte order mark. */
export async function* readFileText(path: string, encoding: Dialect['encoding']): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}

/** The bytes of a text, as a file in this encoding has them. */
export function encodeText(text: string, encoding: Dialect['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}
