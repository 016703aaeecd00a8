import { arrayLiteralOf } from './array-literal.ts';

/**
 * Statements that take rows: each column is sent as one array and `unnest` makes rows of them, so the text does not
 * depend on the number of rows and the statement can be prepared under its name. Parameters have names here, and
 * numbers only in the text, which is built once.
 */

/**
 * A column of a rowset: its type, and its value in a row. `escaped` lets the driver write the array, for text from
 * outside; other columns are written by `arrayLiteralOf`, which is faster and accepts nothing that needs quotes.
 */
type Column<Row> =
  | readonly [type: string, of: (row: Row) => bigint | number | string | null, escaped?: undefined]
  | readonly [type: string, of: (row: Row) => string | null, escaped: 'escaped'];

/** A column as it is sent, as plain JSON. Null stands for a column without any value. */
export type EncodedColumn = string | readonly (string | null)[] | null;

/** Rows as a statement takes them: the column types by name, and how to write an input's columns in that order. */
export interface Rowset<Input> {
  readonly types: Readonly<Record<string, string>>;
  /** The column that numbers the rows from 1, if there is one. */
  readonly numbered: string | null;
  encode(input: Input): EncodedColumn[];
}

/** Rows from objects. */
export function rowset<Row>(
  columns: Readonly<Record<string, Column<Row>>>,
  { numbered = null }: { numbered?: string | null } = {},
): Rowset<readonly Row[]> {
  const types = Object.fromEntries(Object.entries(columns).map(([name, [type]]) => [name, type]));
  const encoders = Object.values(columns).map(encoderOf);
  return { types, numbered, encode: (rows) => encoders.map((encode) => encode(rows)) };
}

/** Rows whose columns are already encoded. */
export function encodedRowset<Name extends string>(
  types: Readonly<Record<Name, string>>,
): Rowset<Readonly<Record<Name, EncodedColumn>>> {
  const names = Object.keys(types) as Name[];
  return { types, numbered: null, encode: (columns) => names.map((name) => columns[name]) };
}

/** The rows of another rowset, already encoded by it. */
export function encodedBy({ types, numbered }: Omit<Rowset<never>, 'encode'>): Rowset<readonly EncodedColumn[]> {
  return { types, numbered, encode: (columns) => [...columns] };
}

function encoderOf<Row>(column: Column<Row>): (rows: readonly Row[]) => EncodedColumn {
  if (column[2] === 'escaped') {
    const of = column[1];
    return (rows) => rows.map((row) => of(row));
  }
  const of = column[1];
  return (rows) => arrayLiteralOf(rows, of);
}

/** A rowset in the text of a statement. */
interface RowsetText {
  /** For FROM: `unnest($1::bigint[], …) AS posted (account_id, …)`. */
  readonly rows: string;
  /** The array of one column, `$1::bigint[]`. @throws Error if there is no such column. */
  array(column: string): string;
}

type Sets = Readonly<Record<string, Rowset<never>>>;
/** Rowsets as the text of a statement names them. */
export type Texts<S extends Sets> = Readonly<Record<keyof S, RowsetText>>;
type InputsOf<S extends Sets> = { readonly [Name in keyof S]: S[Name] extends Rowset<infer Input> ? Input : never };

/** What the driver takes: a statement that is prepared under its name. */
interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Makes a function from a statement's inputs, by name, to a query for the driver. `values` names the parameters that
 * are not rowsets; a rowset that the text does not use is not sent. The text is built here, once: it must not depend on
 * inputs.
 */
export function wideStatement<S extends Sets, Value extends string = never>(definition: {
  readonly name: string;
  readonly values?: readonly Value[];
  readonly sets: S;
  readonly text: (sets: Texts<S>, value: Readonly<Record<Value, string>>) => string;
}): (inputs: InputsOf<S> & Readonly<Record<Value, unknown>>) => Prepared {
  const { name, values = [], sets } = definition;
  let count = 0;
  const next = (): string => `$${(count += 1)}`;
  const value = Object.fromEntries(values.map((each) => [each, next()])) as Record<Value, string>;
  const used: (readonly [set: string, rows: Rowset<unknown>])[] = [];
  const texts = Object.fromEntries(
    Object.entries(sets as Readonly<Record<string, Rowset<unknown>>>).map(([set, rows]) => [
      set,
      toText(set, rows, next, () => used.push([set, rows])),
    ]),
  );
  const text = definition.text(texts as Texts<S>, value);
  return (inputs) => {
    const all: Readonly<Record<string, unknown>> = inputs;
    return {
      name,
      text,
      values: [...values.map((each) => all[each]), ...used.flatMap(([set, rows]) => rows.encode(all[set]))],
    };
  };
}

/**
 * Makes statements that differ in what they need: one for each combination of needs, under a name of its own, built
 * when it is first asked for.
 */
export function wideStatements<S extends Sets, Need extends string>(definition: {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly sets: S;
  readonly text: (sets: Texts<S>, needs: Readonly<Record<Need, boolean>>) => string;
}): (needs: Readonly<Record<Need, boolean>>, inputs: InputsOf<S>) => Prepared {
  const { sets, text } = definition;
  const made = new Map<string, (inputs: InputsOf<S>) => Prepared>();
  return (needs, inputs) => {
    let name = definition.name;
    for (const need of definition.needs) if (needs[need]) name += `+${need}`;
    let statement = made.get(name);
    if (statement === undefined) {
      statement = wideStatement({ name, sets, text: (texts) => text(texts, needs) });
      made.set(name, statement);
    }
    return statement(inputs);
  };
}

/** Its parameters are numbered when the text first uses it; `onUse` is called then. */
function toText(
  name: string,
  { types, numbered }: Omit<Rowset<never>, 'encode'>,
  next: () => string,
  onUse: () => void,
): RowsetText {
  let made: ReadonlyMap<string, string> | undefined;
  const arrays = (): ReadonlyMap<string, string> => {
    if (made === undefined) onUse();
    made ??= new Map(Object.entries(types).map(([column, type]) => [column, `${next()}::${type}[]`]));
    return made;
  };
  const columns = [...Object.keys(types), ...(numbered === null ? [] : [numbered])].join(', ');
  const ordinality = numbered === null ? '' : ' WITH ORDINALITY';
  return {
    get rows() {
      return `unnest(${[...arrays().values()].join(', ')})${ordinality} AS ${name} (${columns})`;
    },
    array(column) {
      const found = arrays().get(column);
      if (found === undefined) throw new Error(`the rowset ${name} has no column ${column}`);
      return found;
    },
  };
}
