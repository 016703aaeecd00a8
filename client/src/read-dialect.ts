import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type LineEnd, cutHead, findLineEnd, firstSeparator, readNames } from '@wallet/csv/dialect';

/** How a table is written, as the service reads it: what is found here of a table that it accepted is right. */
export interface Dialect {
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** The byte order mark, or nothing. */
  readonly mark: string;
  readonly separator: string;
  readonly lineEnd: LineEnd;
  /** The names of the columns, as the service understands them. */
  readonly names: readonly string[];
}

/** More than a header may have. */
const START_BYTES = 64 * 1024;
const MARK = '\uFEFF';

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
  const mark = text.startsWith(MARK) ? MARK : '';
  const start = text.slice(mark.length);
  const lineEnd = findLineEnd(start) ?? '\n';
  const { header = '', saidSeparator = null } = cutHead(start, lineEnd, true) ?? {};
  const separator = saidSeparator ?? firstSeparator(header);
  return { encoding, mark, separator, lineEnd, names: readNames(header, separator) };
}

/** The text of a file, without its byte order mark. */
export function readFileText(path: string, encoding: Dialect['encoding']): AsyncGenerator<string> {
  return decodeText(createReadStream(path) as AsyncIterable<Buffer>, encoding);
}

/** The text of bytes that arrive in pieces, without its byte order mark. */
export async function* decodeText(
  pieces: AsyncIterable<Uint8Array>,
  encoding: Dialect['encoding'],
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of pieces) yield decoder.decode(piece, { stream: true });
  yield decoder.decode();
}

/** The bytes of a text, as a file in this encoding has them. */
export function encodeText(text: string, encoding: Dialect['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}
