import Papa from 'papaparse';
import { keepSource } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { LINE_LIMIT, type RawLine } from './raw-line.ts';

/** The columns that a header may name: the fields of an operation. */
const COLUMNS = new Set([
  ...['type', 'wallet_id', 'from_wallet_id', 'to_wallet_id', 'external_user_id', 'asset', 'asset_type_id', 'amount'],
  ...['description', 'reference_id', 'idempotency_key', 'metadata'],
]);

/**
 * Reads CSV (RFC 4180) whose first record names the columns. An empty field is one that is not given. Lines may end in LF or
 * CRLF: either is read as LF, also inside of quotes, so that it makes no other batch of the same lines.
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<RawLine[]> {
  let header: string[] | null = null;
  let line = 1;
  for await (const records of wholeRecords(text)) {
    const { data, errors } = Papa.parse<string[]>(records, { delimiter: ',', newline: '\n', quoteChar: '"' });
    const complaints = new Map(errors.map((error) => [error.row, error.message]));
    const lines: RawLine[] = [];
    for (const [row, record] of data.entries()) {
      const isEmpty = record.length === 1 && record[0] === '';
      if (header === null) {
        header = readHeader(record);
      } else if (!isEmpty) {
        const complaint = complaints.get(row) ?? null;
        lines.push(complaint === null ? toLine(line, header, record) : { line, value: null, problem: complaint });
      }
      // A quoted field may go over several lines.
      line += 1;
      for (const field of record) if (field.includes('\n')) line += field.split('\n').length - 1;
    }
    if (lines.length > 0) yield lines;
  }
}

/** Cuts text at ends of records: at a line's end with an even number of quotes before it. */
async function* wholeRecords(text: AsyncIterable<string>): AsyncGenerator<string> {
  let waiting = '';
  let isFirst = true;
  for await (const piece of withLineFeeds(text)) {
    waiting += isFirst ? piece.replace(/^\uFEFF/, '') : piece;
    if (piece !== '') isFirst = false;
    const end = lastEnd(waiting);
    if (end > 0) {
      // Without the last line's end, behind which the parser would see another record.
      yield waiting.slice(0, end - 1);
      waiting = waiting.slice(end);
    }
    if (waiting.length > LINE_LIMIT) {
      throw new Problem('malformed_body', `A record has more than ${LINE_LIMIT} characters, or a quote is not closed.`);
    }
  }
  if (waiting !== '') yield waiting;
}

/** CRLF as LF, also where one piece ends and the next begins. */
async function* withLineFeeds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = '';
  for await (const piece of text) {
    const whole = carried + piece;
    carried = whole.endsWith('\r') ? '\r' : '';
    yield whole.slice(0, whole.length - carried.length).replaceAll('\r\n', '\n');
  }
  yield carried;
}

/** Behind the last end of a line that is outside of quotes; 0 if there is none. `text` begins outside of quotes. */
function lastEnd(text: string): number {
  let end = text.lastIndexOf('\n') + 1;
  if (!text.includes('"')) return end;
  const quotes: number[] = [];
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes.push(at);
  while (end > 0) {
    while ((quotes.at(-1) ?? -1) >= end) quotes.pop();
    if (quotes.length % 2 === 0) return end;
    end = text.lastIndexOf('\n', end - 2) + 1;
  }
  return 0;
}

function readHeader(record: readonly string[]): string[] {
  const names = record.map((name) => name.trim());
  const unknown = names.filter((name) => !COLUMNS.has(name));
  if (unknown.length > 0) {
    throw refuseHeader(`there is no field ${unknown.map((name) => JSON.stringify(name)).join(', ')}`);
  }
  if (new Set(names).size < names.length) throw refuseHeader('a field is named twice');
  return names;
}

function refuseHeader(message: string): Problem {
  const errors = [{ line: 1, field: '', message: `the header names the fields: ${message}` }];
  return new Problem('batch_refused', `Line 1: ${errors[0]?.message}`, { errors });
}

function toLine(line: number, header: readonly string[], record: readonly string[]): RawLine {
  if (record.length !== header.length) {
    return { line, value: null, problem: `has ${record.length} fields, the header has ${header.length}` };
  }
  const value: Record<string, unknown> = {};
  for (const [index, name] of header.entries()) {
    const field = record[index] ?? '';
    if (field !== '') value[name] = name === 'metadata' || name === 'asset_type_id' ? readField(field) : field;
  }
  return { line, value, problem: null };
}

/** A field that is not text: metadata is JSON, and so is a number. What is neither is refused where the fields are checked. */
function readField(field: string): unknown {
  try {
    const value = parseStrictJson(field);
    if (typeof value === 'object' && value !== null) keepSource(value, field);
    return value;
  } catch {
    return field;
  }
}
