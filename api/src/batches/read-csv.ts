import { cutHead, findLineEnd, isBlank, isEmptyRecord, toName } from '@wallet/csv/dialect';
import { type RecordReader, type Records, createRecordReader } from '@wallet/csv/read-records';
import { KEY_PATTERN } from '@wallet/shared/words/operation';
import { Problem } from '../http/problem.ts';
import { NO_LEGS, type Table, isAmbiguous, readHeader } from './csv-header.ts';
import { NotUtf8, refuseNotUtf8 } from './decode-text.ts';
import { LINE_LIMIT, type RawLine } from './raw-line.ts';
import { keepAsked, retryKey } from '@wallet/csv/result-columns';

/** The position of a reader. */
interface Place {
  /** The line of the body on which the next record begins. */
  line: number;
  /** The part of it read so far. */
  waiting: string;
}

/** Reads a table of operations. `keyColumn` names the column with the keys of the lines. @throws Problem */
export function readCsv(text: AsyncIterable<string>, keyColumn: string | null = null): AsyncGenerator<RawLine[]> {
  return readTable(text, (record, said, line) => readHeader(record, said, line, keyColumn));
}

/** Reads the record that names the columns, which begins on `line`. `said` is the separator that a line before it says. */
type ReadHeader = (record: string, said: string | null, line: number) => Table;

/**
 * Reads a table whose first record names the columns. An empty field is omitted. Every line end is read as LF, even
 * inside quotes, so that the line ends do not make a different batch. Lines that are empty, or contain only separators,
 * are ignored.
 * @throws Problem
 */
export async function* readTable(text: AsyncIterable<string>, open: ReadHeader): AsyncGenerator<RawLine[]> {
  const place: Place = { line: 1, waiting: '' };
  const take = createTaker(place, open);
  try {
    for await (const piece of withLineFeeds(text)) {
      const lines = take(piece, false);
      if (lines.length > 0) yield lines;
      if (place.waiting.length > LINE_LIMIT) throw refuseLength(place);
    }
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    throw refuseNotUtf8(place.line + countLineFeeds(place.waiting) + error.linesBefore);
  }
  const lines = take('', true);
  if (lines.length > 0) yield lines;
}

/** Makes what reads the lines that have ended with a piece of the text, and moves on to the line behind them. */
function createTaker(place: Place, openTable: ReadHeader): (piece: string, isLast: boolean) => RawLine[] {
  let open: { readonly table: Table; readonly reader: RecordReader } | null = null;
  return (piece, isLast) => {
    let text = piece;
    if (open === null) {
      place.waiting = (place.waiting + piece).replace(/^\uFEFF/, '');
      const head = cutHead(place.waiting, '\n', isLast);
      if (head === null) return [];
      place.line += countLineFeeds(head.before);
      const table = openTable(head.header, head.saidSeparator, place.line);
      place.line += 1 + countLineFeeds(head.header);
      open = { table, reader: createRecordReader({ separator: table.separator, lineEnd: '\n' }) };
      text = head.rest;
    }
    const { table, reader } = open;
    const lines = toLines(reader.read(text), table, place);
    if (isLast) lines.push(...toLines(reader.end(), table, place));
    place.waiting = reader.waiting;
    return lines;
  };
}

function toLines({ fields, misquoted }: Records, table: Table, place: Place): RawLine[] {
  const lines: RawLine[] = [];
  for (const [row, record] of fields.entries()) {
    const { line } = place;
    if (!isEmptyRecord(record)) {
      if (misquoted.has(row)) throw table.refuse(line, MISQUOTED);
      lines.push(toLine(line, table, record));
    }
    // A quoted field may span several lines.
    place.line += 1;
    for (const field of record) if (field.includes('\n')) place.line += countLineFeeds(field);
  }
  return lines;
}

/** It cannot be said where the next line begins. */
const MISQUOTED =
  'its quotes do not fit: close each quoted field before the next separator, and write a quote in it twice';

function refuseLength({ line }: Place): Problem {
  return new Problem(
    'malformed_body',
    `The record on line ${line} has more than ${LINE_LIMIT} characters, or a quote is not closed.`,
  );
}

/** CRLF as LF, even across two pieces; and CR, if the first line ends in CR alone. */
async function* withLineFeeds(text: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = '';
  let lineEnd: ReturnType<typeof findLineEnd> = null;
  for await (const piece of text) {
    const whole = carried + piece;
    carried = whole.endsWith('\r') ? '\r' : '';
    const known = whole.slice(0, whole.length - carried.length);
    lineEnd ??= findLineEnd(known);
    yield lineEnd === '\r' ? known.replace(/\r\n?/g, '\n') : known.replaceAll('\r\n', '\n');
  }
  yield lineEnd === '\n' ? carried : carried.replace('\r', '\n');
}

function countLineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

function toLine(line: number, table: Table, record: readonly string[]): RawLine {
  const { columns, localAmount, results } = table;
  const { length } = columns;
  if (record.length < length || (record.length > length && !record.slice(length).every(isBlank))) {
    return { line, value: null, problem: `has ${count(record.length, 'field')}, the header has ${length}` };
  }
  const value: Record<string, unknown> = {};
  let index = 0;
  for (const { name, read, isDropped } of columns) {
    const field = record[index] ?? '';
    index += 1;
    if (field === '' || isDropped) continue;
    if (name === '' && !isBlank(field)) {
      return { line, value: null, problem: `has a field in column ${index}, which has no name` };
    }
    const given = read === null ? field : read(field);
    if (given !== undefined) value[name] = given;
  }
  if (value['type'] === 'posting') return { line, value: null, field: 'type', problem: NO_LEGS };
  if (localAmount !== null && isAmbiguous(record[localAmount] ?? ''))
    return refuseAmount(line, record[localAmount] ?? '');
  const asked = results?.isExport ? keepAsked(value) : value;
  return table.key === null && results === null ? { line, value, problem: null } : withKey(line, asked, table, record);
}

/** The line with a key that is not one of its fields. */
function withKey(line: number, value: unknown, { key, results }: Table, record: readonly string[]): RawLine {
  const status = results?.outcome ? toName(record[results.outcome.status] ?? '') : '';
  if (status !== '' && status !== 'failed') {
    const problem = `is ${status}: of a table of results only lines that failed can be sent again`;
    return { line, value: null, field: 'status', problem };
  }
  const operationId = (results?.outcome && record[results.outcome.id]?.trim()) ?? '';
  if (operationId !== '') return checkKey(line, value, 'operation_id', retryKey(operationId));
  return key === null ? { line, value, problem: null } : checkKey(line, value, key.name, record[key.at]?.trim() ?? '');
}

function checkKey(line: number, value: unknown, field: string, key: string): RawLine {
  if (KEY_PATTERN.test(key)) return { line, value, problem: null, key };
  return { line, value: null, field, problem: 'must be a key, of 1 to 255 of A-Z a-z 0-9 _ . : -' };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function refuseAmount(line: number, amount: string): RawLine {
  const problem = `"${amount.trim()}" is read in different ways: write it with a point before the decimals and no other mark`;
  return { line, value: null, field: 'amount', problem };
}
