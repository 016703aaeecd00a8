export type Fields = Record<string, string | number | null>;

/** The same operations in each format of a body. */
export const FORMS: Record<string, { type: string; write: (lines: Fields[]) => string; firstLine: number }> = {
  json: { type: 'application/json', write: (lines) => JSON.stringify({ operations: lines }), firstLine: 1 },
  ndjson: {
    type: 'application/x-ndjson',
    write: (lines) => lines.map((line) => JSON.stringify(line)).join('\n'),
    firstLine: 1,
  },
  csv: {
    type: 'text/csv',
    firstLine: 2,
    write: (lines) => {
      const names = [...new Set(lines.flatMap((line) => Object.keys(line)))];
      const record = (line: Fields) => names.map((name) => String(line[name] ?? '')).join(',');
      return [names.join(','), ...lines.map(record)].join('\n');
    },
  },
};
