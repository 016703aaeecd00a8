import { cutHead, findLineEnd, isBlank, isEmptyRecord } from '@wallet/csv/dialect';
import { type RecordReader, type Records, createRecordReader } from '@wallet/csv/read-records';
import { Problem } from '../http/problem.ts';
import { NO_LEGS, type Table, isAmbiguous, readHeader } from './csv-header.ts';
import { NotUtf8, refuseNotUtf8 } from './decode-text.ts';
import { LINE_LIMIT, type RawLine } from './raw-line.ts';

/** Where a reader is. */
interface Place {
  /** The line of the body on which the next record begins. */
  line: number;
  /** What has come of it. */
  waiting: string;
}

/**
 * Reads a table whose first record names the columns. An empty field is one that is not given. Each end of a line is read as
 * LF, also inside of quotes, so that it makes no other batch of the same lines. Empty lines, and those of nothing but
 * separators, say nothing.
 * @throws Problem
 */
export async function* readCsv(text: AsyncIterable<string>): AsyncGenerator<RawLine[]> {
  const place: Place = { line: 1, waiting: '' };
  const take = createTaker(place);
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
function createTaker(place: Place): (piece: string, isLast: boolean) => RawLine[] {
  let open: { readonly table: Table; readonly reader: RecordReader } | null = null;
  return (piece, isLast) => {
    let text = piece;
    if (open === null) {
      place.waiting = (place.waiting + piece).replace(/^\uFEFF/, '');
      const head = cutHead(place.waiting, '\n', isLast);
      if (head === null) return [];
      place.line += countLineFeeds(head.before);
      const table = readHeader(head.header, head.saidSeparator, place.line);
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

function toLines({ fields, complaints }: Records, table: Table, place: Place): RawLine[] {
  const lines: RawLine[] = [];
  for (const [row, record] of fields.entries()) {
    const { line } = place;
    if (!isEmptyRecord(record)) {
      const complaint = complaints.get(row) ?? null;
      lines.push(complaint === null ? toLine(line, table, record) : { line, value: null, problem: complaint });
    }
    // A quoted field may go over several lines.
    place.line += 1;
    for (const field of record) if (field.includes('\n')) place.line += countLineFeeds(field);
  }
  return lines;
}

function refuseLength({ line }: Place): Problem {
  return new Problem(
    'malformed_body',
    `The record on line ${line} has more than ${LINE_LIMIT} characters, or a quote is not closed.`,
  );
}

/** CRLF as LF, also where one piece ends and the next begins; and CR, if the first line ends in CR alone. */
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
  if (value['type'] === 'posting') return { line, value: null, field: 'type', problem: NO_LEGS };
  return localAmount === null ? { line, value, problem: null } : withSureAmount(line, value, record[localAmount] ?? '');
}

function withSureAmount(line: number, value: unknown, amount: string): RawLine {
  if (!isAmbiguous(amount)) return { line, value, problem: null };
  const problem = `"${amount.trim()}" is read in different ways: write it with a point before the decimals and no other mark`;
  return { line, value: null, field: 'amount', problem };
}
