import type { Dialect } from './read-dialect.ts';
import { splitLines } from './split-lines.ts';

/** A record of a CSV file. */
export interface CsvRecord {
  /** As it stands in the file, without its line's end. */
  readonly text: string;
  readonly end: '\n' | '\r\n' | '\r';
}

type Form = Pick<Dialect, 'separator' | 'lineEnd'>;

/** The records of a CSV file (RFC 4180), which are not always its lines: a quoted field may go over several. */
export async function* splitRecords(
  text: AsyncIterable<string>,
  { separator, lineEnd }: Form,
): AsyncGenerator<CsvRecord> {
  let begun: string | null = null;
  for await (const line of splitLines(text, lineEnd)) {
    const record: string = begun === null ? line : `${begun}${lineEnd}${line}`;
    if (endsInQuotes(line, begun !== null, separator)) {
      begun = record;
    } else {
      begun = null;
      yield withEnd(record, lineEnd);
    }
  }
  if (begun !== null) yield withEnd(begun, lineEnd);
}

function withEnd(text: string, lineEnd: Form['lineEnd']): CsvRecord {
  return lineEnd === '\n' && text.endsWith('\r') ? { text: text.slice(0, -1), end: '\r\n' } : { text, end: lineEnd };
}

/**
 * Whether a quoted field is still open at the end of a line. A quote in a field that did not begin with one is text. Two
 * quotes, which stand for one, close the field and open it again.
 */
function endsInQuotes(line: string, isOpen: boolean, separator: string): boolean {
  if (!line.includes('"')) return isOpen;
  let inQuotes = isOpen;
  let at = line.startsWith('\uFEFF') ? 1 : 0;
  while (at < line.length) {
    if (!inQuotes && line[at] === '"') {
      inQuotes = true;
      at += 1;
      continue;
    }
    const next = line.indexOf(inQuotes ? '"' : separator, at);
    if (next < 0) return inQuotes;
    inQuotes = false;
    at = next + 1;
  }
  return inQuotes;
}
