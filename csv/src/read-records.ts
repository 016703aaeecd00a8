import Papa from 'papaparse';
import type { LineEnd } from './dialect.ts';

/** Records, and the positions of those with unbalanced quotes: they may contain lines that are records of their own. */
export interface Records {
  readonly fields: readonly (readonly string[])[];
  readonly misquoted: ReadonlySet<number>;
}

export interface RecordReader {
  /** The records that have ended since the last call. */
  read(piece: string): Records;
  /** The last one, if it has no end. */
  end(): Records;
  /** The part of an unfinished record read so far. */
  readonly waiting: string;
}

/** Reads the records of a text that arrives in pieces, the first of which begins with a record. */
export function createRecordReader({ separator, lineEnd }: { separator: string; lineEnd: LineEnd }): RecordReader {
  const parser = new Papa.Parser({ delimiter: separator, newline: lineEnd, quoteChar: '"' });
  let waiting = '';

  function parse(text: string, isLast: boolean): Records {
    const { data, errors, meta } = parser.parse(text, 0, !isLast) as Papa.ParseResult<string[]>;
    waiting = isLast ? '' : text.slice(meta.cursor);
    return { fields: data, misquoted: new Set(errors.map(({ row = 0 }) => row)) };
  }

  return {
    read: (piece) => parse(waiting + piece, false),
    end: () => parse(waiting, true),
    get waiting() {
      return waiting;
    },
  };
}

/** A record with its source text. */
export interface StandingRecord {
  readonly fields: readonly string[];
  /** The line of the text on which it begins, from 1. */
  readonly line: number;
  /** Without its end. */
  readonly text: string;
  readonly end: '\n' | '\r\n' | '\r';
}

/** The records of a text that arrives in pieces, with their source text. */
export async function* readStandingRecords(
  pieces: AsyncIterable<string>,
  { separator, lineEnd }: { separator: string; lineEnd: LineEnd },
): AsyncGenerator<StandingRecord> {
  let found: StandingRecord[] = [];
  let from = 0;
  let waiting = '';
  let line = 1;
  const parser = new Papa.Parser({
    ...{ delimiter: separator, newline: lineEnd, quoteChar: '"' },
    step({ data: [fields = []], meta }: Papa.ParseStepResult<string[][]>) {
      const record = withoutEnd(waiting.slice(from, meta.cursor), lineEnd);
      found.push({ fields, line, ...record });
      from = meta.cursor;
      line += 1 + countLineEnds(record.text, lineEnd);
    },
  });
  const parse = (isLast: boolean): StandingRecord[] => {
    found = [];
    from = 0;
    parser.parse(waiting, 0, !isLast);
    waiting = waiting.slice(from);
    return found;
  };
  for await (const piece of pieces) {
    waiting += piece;
    yield* parse(false);
  }
  if (waiting !== '') yield* parse(true);
}

/** If records end in CR, an LF inside one also ends a line. */
function countLineEnds(text: string, lineEnd: LineEnd): number {
  return text.match(lineEnd === '\n' ? /\n/g : /\r\n?|\n/g)?.length ?? 0;
}

function withoutEnd(record: string, lineEnd: LineEnd): Pick<StandingRecord, 'text' | 'end'> {
  if (lineEnd === '\n' && record.endsWith('\r\n')) return { text: record.slice(0, -2), end: '\r\n' };
  return { text: record.endsWith(lineEnd) ? record.slice(0, -1) : record, end: lineEnd };
}
