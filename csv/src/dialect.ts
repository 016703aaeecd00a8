import Papa from 'papaparse';

/**
 * The tables that the service and its command read: CSV (RFC 4180), or CSV as spreadsheets write it. Fields are
 * separated by one of four characters, named by the first line (`sep=;`) or detected from the header. Lines end in LF,
 * CRLF or, in the whole file, CR. The first non-empty record names the columns.
 */
export const SEPARATORS = [',', ';', '\t', '|'] as const;

/** The end of a record. A CR before an LF is part of it. */
export type LineEnd = '\n' | '\r';

const SAYS_SEPARATOR = /^"?sep=(.)"?\s*$/i;
const EMPTY_HEAD = /^[\s",;|]*$/;

export function isSeparator(text: string): boolean {
  return SEPARATORS.some((separator) => separator === text);
}

/** Whether all fields of a record are empty. Then it is not a record. */
export function isEmptyRecord(fields: readonly string[]): boolean {
  return isBlank(fields[0] ?? '') && fields.every(isBlank);
}

export function isBlank(field: string): boolean {
  return field === '' || field.trim() === '';
}

/** CR if the first line ends in CR alone. Null if no line has ended yet. */
export function findLineEnd(text: string): LineEnd | null {
  const [end] = /\r\n|\n|\r/.exec(text) ?? [];
  if (end === undefined) return null;
  return end === '\r' ? '\r' : '\n';
}

/** The names in a header: in any case, with surrounding spaces, and with hyphens or spaces for underscores. */
export function readNames(header: string, separator: string): string[] {
  const [fields = []] = Papa.parse<string[]>(header, { delimiter: separator, newline: '\n', quoteChar: '"' }).data;
  return fields.map(toName);
}

export function toName(field: string): string {
  return field
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
}

/** The first separator found in a header whose names contain none; a comma if there is none. */
export function firstSeparator(header: string): string {
  return /[,;\t|]/.exec(header)?.[0] ?? SEPARATORS[0];
}

/** Whether a first line only says what separates fields. */
export function saysSeparator(line: string): boolean {
  return SAYS_SEPARATOR.test(line);
}

/** The beginning of a table. */
export interface Head {
  /** The text before the header, to the end of its last line. */
  readonly before: string;
  /** What the first line names as separator, which may not be a valid one; null if it names none. */
  readonly saidSeparator: string | null;
  /** The record that names the columns, without its end. */
  readonly header: string;
  /** The text after the header's end. */
  readonly rest: string;
}

/** Finds the header at the beginning of a text; null if it is missing or incomplete and more text may come. */
export function cutHead(text: string, lineEnd: LineEnd, isAll: boolean): Head | null {
  let saidSeparator: string | null = null;
  let at = 0;
  for (;;) {
    const end = findRecordEnd(text, at, lineEnd);
    if (end < 0 && !isAll) return null;
    const record = text.slice(at, end < 0 ? undefined : end);
    const said = at === 0 ? SAYS_SEPARATOR.exec(record)?.[1] : undefined;
    if (said !== undefined) saidSeparator = said;
    else if (!EMPTY_HEAD.test(record)) {
      return { before: text.slice(0, at), saidSeparator, header: record, rest: end < 0 ? '' : text.slice(end + 1) };
    }
    if (end < 0) return null;
    at = end + 1;
  }
}

/** The end of the record that begins at a position, as far as it can be found without knowing the separator. */
function findRecordEnd(text: string, at: number, lineEnd: LineEnd): number {
  let end = text.indexOf(lineEnd, at);
  while (end >= 0 && text.slice(at, end).split('"').length % 2 === 0) end = text.indexOf(lineEnd, end + 1);
  return end;
}
