import { readProjectFile } from '../support/manifests.ts';

const SCHEMA = readProjectFile('test/laws/__snapshots__/schema.test.ts.snap');

interface Row {
  readonly tables: readonly string[];
  /** The column of distribution; null for a reference table. */
  readonly column: string | null;
  readonly keys: readonly string[];
}

const rows = readProjectFile('docs/beyond-one-primary.md')
  .split('\n')
  .flatMap((line): Row[] => {
    const [, tables = '', distributed = '', keys = ''] = line.split('|');
    const [, column] = /^ by `(\w+)`/.exec(distributed) ?? [];
    if (column === undefined && !distributed.startsWith(' reference')) return [];
    return [{ tables: namesIn(tables), column: column ?? null, keys: namesIn(keys) }];
  });

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}

it('docs/beyond-one-primary.md says once where every table goes', () => {
  const tables = new Set([...SCHEMA.matchAll(/^(\w+)\.\w+ \S/gm)].map(([, table]) => table!));
  expect(rows.flatMap((row) => row.tables).sort()).toEqual([...tables].sort());
});

it.each(rows.filter(({ column }) => column !== null).map((row) => [row.tables.join(', '), row] as const))(
  'it names the unique keys of %s that lack the column of distribution',
  (_tables, { tables, column, keys }) => {
    const lacking = tables.flatMap((table) =>
      [
        ...SCHEMA.matchAll(
          new RegExp(`^CREATE UNIQUE INDEX (\\w+) ON public\\.${table} USING btree \\(([^)]*)\\)`, 'gm'),
        ),
      ]
        .filter(([, , columns]) => !columns!.split(', ').includes(column!))
        .map(([, name]) => name!),
    );
    expect([...keys].sort()).toEqual(lacking.sort());
  },
);
