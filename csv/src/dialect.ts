import Papa from 'papaparse';

/**
 * The tables that the service and its command both read: CSV (RFC 4180), or as a spreadsheet writes it. Fields are separated by
 * one of four characters, which the first line may say (`sep=;`) and otherwise the header shows. Lines end in LF, CRLF or, in
 * all of the file, CR. The first record that is not empty names the columns.
 */
export const SEPARATORS = [',', ';', '\t', '|'] as const;

/** What ends a record. A CR before an LF belongs to the end too. */
export type LineEnd = '\n' | '\r';

const SAYS_SEPARATOR = /^"?sep=(.)"?\s*$/i;
const EMPTY_HEAD = /^[\s",;|]*$/;

export function isSeparator(text: string): boolean {
  return SEPARATORS.some((separator) => separator === text);
}

/** Whether a record has no field that is not empty. It is none then. */
export function isEmptyRecord(fields: readonly string[]): boolean {
  return isBlank(fields[0] ?? '') && fields.every(isBlank);
}

export function isBlank(field: string): boolean {
  return field === '' || field.trim() === '';
}

/** CR if the first line ends in it alone. Null if no line has ended yet. */
export function findLineEnd(text: string): LineEnd | null {
  const [end] = /\r\n|\n|\r/.exec(text) ?? [];
  if (end === undefined) return null;
  return end === '\r' ? '\r' : '\n';
}

/** The names in a header: in any case, with spaces around and hyphens or spaces for underscores. */
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

/** The first separator in a header whose names have none in them; a comma if there is none. */
export function firstSeparator(header: string): string {
  return /[,;\t|]/.exec(header)?.[0] ?? SEPARATORS[0];
}

/** Whether a first line says nothing but what separates fields. */
export function saysSeparator(line: string): boolean {
  return SAYS_SEPARATOR.test(line);
}

/** How a table begins. */
export interface Head {
  /** What stands before the header, to the end of its last line. */
  readonly before: string;
  /** What the first line says to separate fields, which may be no separator; null if it says nothing of the kind. */
  readonly saidSeparator: string | null;
  /** The record that names the columns, without its end. */
  readonly header: string;
  /** What stands behind the header's end. */
  readonly rest: string;
}

/** Finds the header at the beginning of a text; null if it is not there, or does not end in it and more may come. */
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

/** Where the record ends that begins at a place, as far as can be said without its separator. */
function findRecordEnd(text: string, at: number, lineEnd: LineEnd): number {
  let end = text.indexOf(lineEnd, at);
  while (end >= 0 && text.slice(at, end).split('"').length % 2 === 0) end = text.indexOf(lineEnd, end + 1);
  return end;
}
