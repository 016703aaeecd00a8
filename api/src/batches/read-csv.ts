import Papa from 'papaparse';
import { Problem } from '../http/problem.ts';
import { type Table, isAmbiguous, readHeader, readSeparator } from './csv-header.ts';
import { NotUtf8, refuseNotUtf8 } from './decode-text.ts';
import { LINE_LIMIT, type RawLine } from './raw-line.ts';

/** Where a reader is: the line of the body on which the next record begins. */
interface Place {
  line: number;
}

/**
 * Reads CSV (RFC 4180, or as a spreadsheet writes it) whose first record names the columns. An empty field is one that is not
 * given. Lines may end in LF, CRLF or, in all of the file, CR: each is read as LF, also inside of quotes, so that it makes no
 * other batch of the same lines. Empty lines, and those of nothing but separators, say nothing.
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<RawLine[]> {
  const place = { line: 1 };
  let separator: string | null = null;
  let table: Table | null = null;
  for await (const records of wholeRecords(text, place)) {
    let rest: string | null = records;
    while (table === null && rest !== null) {
      const cut = cutRecord(rest);
      const said = place.line === 1 ? readSeparator(cut.record) : null;
      if (said !== null) separator = said;
      else if (!/^[\s",;|]*$/.test(cut.record)) table = readHeader(cut.record, separator, place.line);
      place.line += 1 + countLineFeeds(cut.record);
      rest = cut.rest;
    }
    if (table === null || rest === null) continue;
    const lines = readRecords(rest, table, place);
    if (lines.length > 0) yield lines;
  }
}

/** Reads whole records, and moves on to the line behind them. */
function readRecords(records: string, table: Table, place: Place): RawLine[] {
  const { data, errors } = Papa.parse<string[]>(records, {
    delimiter: table.separator,
    newline: '\n',
    quoteChar: '"',
  });
  // The parser sees no record in nothing. Here it is an empty line, since the end of the last one is cut off.
  if (data.length === 0) place.line += 1;
  const complaints = new Map(errors.map((error) => [error.row, error.message]));
  const lines: RawLine[] = [];
  for (const [row, record] of data.entries()) {
    const { line } = place;
    if (!isBlank(record[0] ?? '') || !record.every(isBlank)) {
      const complaint = complaints.get(row) ?? null;
      lines.push(complaint === null ? toLine(line, table, record) : { line, value: null, problem: complaint });
    }
    // A quoted field may go over several lines.
    place.line += 1;
    for (const field of record) if (field.includes('\n')) place.line += countLineFeeds(field);
  }
  return lines;
}

/** Cuts text at ends of records: at a line's end with an even number of quotes before it. @throws Problem */
async function* wholeRecords(text: AsyncIterable<string>, place: Place): AsyncGenerator<string> {
  let waiting = '';
  let isFirst = true;
  try {
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
        throw new Problem(
          'malformed_body',
          `The record on line ${place.line} has more than ${LINE_LIMIT} characters, or a quote is not closed.`,
        );
      }
    }
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    throw refuseNotUtf8(place.line + countLineFeeds(waiting) + error.linesBefore);
  }
  if (waiting !== '') yield waiting;
}

/** CRLF as LF, also where one piece ends and the next begins; and CR, if the first line ends in CR alone. */
async function* withLineFeeds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = '';
  let firstEnd: string | null = null;
  for await (const piece of text) {
    const whole = carried + piece;
    carried = whole.endsWith('\r') ? '\r' : '';
    const known = whole.slice(0, whole.length - carried.length);
    firstEnd ??= /\r\n|\n|\r/.exec(known)?.[0] ?? null;
    yield firstEnd === '\r' ? known.replace(/\r\n?/g, '\n') : known.replaceAll('\r\n', '\n');
  }
  yield firstEnd === null || firstEnd === '\r' ? carried.replace('\r', '\n') : carried;
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

/** The first record of a text that begins with one, and what stands behind it: null if it is the last. */
function cutRecord(text: string): { record: string; rest: string | null } {
  let end = text.indexOf('\n');
  while (end >= 0 && text.slice(0, end).split('"').length % 2 === 0) end = text.indexOf('\n', end + 1);
  return end < 0 ? { record: text, rest: null } : { record: text.slice(0, end), rest: text.slice(end + 1) };
}

function countLineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

function isBlank(field: string): boolean {
  return field === '' || field.trim() === '';
}

function toLine(line: number, { columns, localAmount }: Table, record: readonly string[]): RawLine {
  const { length } = columns;
  if (record.length < length || (record.length > length && !record.slice(length).every(isBlank))) {
    return { line, value: null, problem: `has ${record.length} fields, the header has ${length}` };
  }
  const value: Record<string, unknown> = {};
  let index = 0;
  for (const { name, read } of columns) {
    const field = record[index] ?? '';
    index += 1;
    if (field === '') continue;
    if (name === '' && !isBlank(field)) {
      return { line, value: null, problem: `has a field in column ${index}, which has no name` };
    }
    const given = read === null ? field : read(field);
    if (given !== undefined) value[name] = given;
  }
  return localAmount === null ? { line, value, problem: null } : withSureAmount(line, value, record[localAmount] ?? '');
}

function withSureAmount(line: number, value: unknown, amount: string): RawLine {
  if (!isAmbiguous(amount)) return { line, value, problem: null };
  const problem = `"${amount.trim()}" is read in different ways: write it with a point before the decimals and no other mark`;
  return { line, value: null, field: 'amount', problem };
}
