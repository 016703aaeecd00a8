import { splitLines } from './split-lines.ts';

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line of the file on which it begins; the first is 1. */
  readonly line: number;
  /** As it stands in the file, without its line's end. */
  readonly text: string;
  readonly end: '\n' | '\r\n';
}

/** The records of a CSV file (RFC 4180), which are not always its lines: a quoted field may go over several. */
export async function* splitRecords(text: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let line = 0;
  let begun: { line: number; text: string } | null = null;
  for await (const each of splitLines(text)) {
    line += 1;
    const record: { line: number; text: string } =
      begun === null ? { line, text: each } : { line: begun.line, text: `${begun.text}\n${each}` };
    if (endsInQuotes(each, begun !== null)) {
      begun = record;
    } else {
      begun = null;
      yield withEnd(record);
    }
  }
  if (begun !== null) yield withEnd(begun);
}

function withEnd({ line, text }: Omit<CsvRecord, 'end'>): CsvRecord {
  return text.endsWith('\r') ? { line, text: text.slice(0, -1), end: '\r\n' } : { line, text, end: '\n' };
}

/**
 * Whether a quoted field is still open at the end of a line. A quote in a field that did not begin with one is text. Two
 * quotes, which stand for one, close the field and open it again.
 */
function endsInQuotes(line: string, isOpen: boolean): boolean {
  if (!line.includes('"')) return isOpen;
  let inQuotes = isOpen;
  let at = line.startsWith('\uFEFF') ? 1 : 0;
  while (at < line.length) {
    if (!inQuotes && line[at] === '"') {
      inQuotes = true;
      at += 1;
      continue;
    }
    const next = line.indexOf(inQuotes ? '"' : ',', at);
    if (next < 0) return inQuotes;
    inQuotes = false;
    at = next + 1;
  }
  return inQuotes;
}
