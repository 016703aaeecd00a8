import Papa from 'papaparse';

interface WriteOptions {
  readonly separator?: string;
  /** A field that begins like this gets an apostrophe before it. */
  readonly escapes?: RegExp | null;
}

/** Records as text, separated by LF and without one at the end. A field that is null or undefined is empty. */
export function writeRecords(records: readonly (readonly unknown[])[], options: WriteOptions = {}): string {
  const { separator = ',', escapes = null } = options;
  return Papa.unparse(records as unknown[][], {
    ...{ delimiter: separator, newline: '\n', quoteChar: '"' },
    ...(escapes !== null && { escapeFormulae: escapes }),
  });
}
