import Papa from 'papaparse';

interface WriteOptions {
  readonly separator?: string;
  /** A field that begins with one of these gets an apostrophe before it. */
  readonly escapes?: RegExp | null;
}

/** Records as text, separated by LF, without one at the end. A null or undefined field is empty. */
export function writeRecords(records: readonly (readonly unknown[])[], options: WriteOptions = {}): string {
  const { separator = ',', escapes = null } = options;
  return Papa.unparse(records as unknown[][], {
    ...{ delimiter: separator, newline: '\n', quoteChar: '"' },
    ...(escapes !== null && { escapeFormulae: escapes }),
  });
}
