import { SEPARATORS, isSeparator, readNames, toName } from '@wallet/csv/dialect';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import type { LineField } from '../operations/general-operation.ts';
import { keepSource } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { type ResultColumns, findResultColumns } from '@wallet/csv/result-columns';

/** What the header of a table says about the records below it. */
export interface Table {
  readonly separator: string;
  /** By column index. A column without a name must be empty. */
  readonly columns: readonly Column[];
  /** The indexes of amounts, in a table whose numbers may have a decimal comma. */
  readonly localAmount: number | null;
  /** The index and the name of the column with the keys of the lines. */
  readonly key: { readonly at: number; readonly name: string } | null;
  /** Its result columns, for lines that failed or were refused. */
  readonly results: ResultColumns | null;
  /** Refuses all of the body for what is wrong with a line. */
  readonly refuse: (line: number, message: string) => Problem;
}

interface Column {
  readonly name: string;
  /** Converts a non-empty field; undefined if it has no meaning. Null if the text is taken as it is. */
  readonly read: ((field: string) => unknown) | null;
  /** Not part of the operation. */
  readonly isDropped: boolean;
}

const trimmed = (field: string): string | undefined => (hasSpace(field) ? field.trim() || undefined : field);
/** Whether a text may have surrounding spaces. Without this check the reader of a table takes 6 % longer. */
function hasSpace(text: string): boolean {
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  return first <= 32 || first > 126 || last <= 32 || last > 126;
}
const toType = (field: string): string | undefined => (TYPES.has(field) ? field : toName(field) || undefined);
const TYPES: ReadonlySet<string> = new Set(OPERATION_TYPES);

/** The columns that a header may name, which are the fields of an operation, and how each is read. */
const FIELDS = {
  type: toType,
  wallet_id: trimmed,
  from_wallet_id: trimmed,
  to_wallet_id: trimmed,
  external_user_id: null,
  asset: trimmed,
  asset_type_id: readJson,
  amount: trimmed,
  description: null,
  reference_id: trimmed,
  idempotency_key: trimmed,
  metadata: readJson,
  hold_id: trimmed,
  operation_id: trimmed,
  to_account: trimmed,
  final: readFlag,
  expires_at: trimmed,
  expires_in: readJson,
} as const satisfies Record<Exclude<LineField, 'legs'>, Column['read']>;
const READERS: ReadonlyMap<string, Column['read']> = new Map(Object.entries(FIELDS));

/** Why a line has no `execute_at`: docs/decisions/schedules-outside-batches.md. */
export const NOT_SCHEDULED =
  'cannot be given in a batch: send the batch when it is due, or each operation in a request of its own';
/** Why a table cannot have postings. */
export const NO_LEGS = 'a posting has legs, which a table cannot hold: send it as JSON or NDJSON';

/**
 * Reads the record that names the columns. If the first line does not name the separator, the one that makes most sense
 * of the header is used. `keyColumn` names the column with the keys of the lines, which need not be a field.
 * @throws Problem `batch_refused`
 */
export function readHeader(record: string, said: string | null, line: number, keyColumn: string | null): Table {
  if (said !== null && !isSeparator(said)) {
    throw refuseHeader(1, `${said} cannot separate fields: use a comma, a semicolon, a tab or |`);
  }
  const { separator, names } = splitHeader(record, said, READERS);
  const key = keyColumn === null ? null : findKey(names, toName(keyColumn), line);
  const results = findResultColumns(names);
  const isDropped = (name: string): boolean =>
    results?.dropped.has(name) === true || (key?.name === name && !READERS.has(name));
  const fields = names.map((name) => results?.renamed.get(name) ?? name);
  const asked = fields.filter((name, at) => !isDropped(names[at] ?? name));
  if (results?.isExport !== true && asked.includes('legs')) throw refuseHeader(line, NO_LEGS);
  if (asked.includes('execute_at')) throw refuseHeader(line, `execute_at ${NOT_SCHEDULED}`);
  const wrong = findWrongName(
    asked.filter((name) => name !== 'legs'),
    READERS,
  );
  if (wrong !== null) throw refuseHeader(line, wrong);
  const columns = fields.map((name, at) => ({
    name,
    read: columnReader(name, separator),
    isDropped: isDropped(names[at] ?? name),
  }));
  const amount = names.indexOf('amount');
  const localAmount = separator === ',' || amount < 0 ? null : amount;
  return { separator, columns, localAmount, key, results, refuse: refuseBatch };
}

function refuseBatch(line: number, message: string): Problem {
  return new Problem('batch_refused', `Line ${line}: ${message}. Nothing was accepted.`, {
    errors: [{ line, field: '', message }],
  });
}

/** The columns that a table may name that does not hold operations, and how each is read. */
export type ListColumns = Readonly<Record<string, Column['read']>>;

/** Reads the header of a table that does not hold operations. @throws Problem `malformed_body` */
export function readListHeader(record: string, said: string | null, line: number, known: ListColumns): Table {
  const readers = new Map(Object.entries(known));
  const { separator, names } = splitHeader(record, said, readers);
  const refuse = (at: number, message: string): Problem =>
    new Problem('malformed_body', `Line ${at}: ${message}. Nothing was made.`);
  const wrong = findWrongName(names, readers);
  if (wrong !== null) throw refuse(line, `the header names the fields: ${wrong}`);
  const columns = names.map((name) => {
    const read = readers.get(name);
    return { name, read: read === undefined ? trimmed : read, isDropped: false };
  });
  return { separator, columns, localAmount: null, key: null, results: null, refuse };
}

/** Splits a header by the separator that is said, or else by the one that makes most known names of it. */
function splitHeader(
  record: string,
  said: string | null,
  known: ReadonlyMap<string, unknown>,
): { separator: string; names: string[] } {
  let separator: string = said ?? SEPARATORS[0];
  let names = toNames(record, separator);
  const countKnown = (of: readonly string[]): number => of.filter((name) => known.has(name)).length;
  for (const other of said === null ? SEPARATORS : []) {
    const otherNames = toNames(record, other);
    if (countKnown(otherNames) > countKnown(names)) [separator, names] = [other, otherNames];
  }
  return { separator, names };
}

function findKey(names: readonly string[], name: string, line: number): Table['key'] {
  const at = names.indexOf(name);
  if (name === '' || at < 0) throw refuseHeader(line, `there is no column ${JSON.stringify(name)} for the keys`);
  return { at, name };
}

function toNames(record: string, separator: string): string[] {
  const names = readNames(record, separator);
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}

const NAMES_TOLD = 5;
const NAME_TOLD = 40;

/** Why a header cannot be read, or null. */
function findWrongName(names: readonly string[], known: ReadonlyMap<string, unknown>): string | null {
  const given = names.filter((name) => name !== '');
  const unknown = given.filter((name) => !known.has(name));
  const told = unknown.slice(0, NAMES_TOLD).map((name) => JSON.stringify(name.slice(0, NAME_TOLD)));
  const more = unknown.length > NAMES_TOLD ? ` and ${unknown.length - NAMES_TOLD} more` : '';
  if (unknown.length > 0) return `there is no field ${told.join(', ')}${more}: use ${[...known.keys()].join(', ')}`;
  return new Set(given).size < given.length ? 'a field is named twice' : null;
}

function refuseHeader(line: number, message: string): Problem {
  const error = { line, field: '', message: `the header names the fields: ${message}` };
  return new Problem('batch_refused', `Line ${line}: ${error.message}`, { errors: [error] });
}

function columnReader(name: string, separator: string): Column['read'] {
  if (name === 'amount' && separator !== ',') return readLocalAmount;
  return name === '' ? trimmed : (READERS.get(name) ?? null);
}

/**
 * A field that is not text: metadata is JSON, and so is a number. Other text is rejected when the fields are checked.
 */
function readJson(field: string): unknown {
  const text = field.trim();
  if (text === '') return undefined;
  try {
    const value = parseStrictJson(text);
    if (typeof value === 'object' && value !== null) keepSource(value, text);
    return value;
  } catch {
    return field;
  }
}

/** Spreadsheets write TRUE and FALSE. Other text is rejected when the fields are checked. */
function readFlag(field: string): boolean | string | undefined {
  const text = field.trim().toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  return text === '' ? undefined : field;
}

/** A comma that cannot separate thousands, which come in groups of three, or in some places of four. */
const DECIMAL_COMMA = /^-?(?:\d+,\d{1,2}|0,\d+)$/;
const ONE_GROUP_OF_THOUSANDS = /^-?[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * If commas do not separate fields, they may be in numbers: `12,50` is read as 12.50. Neither `1,000` nor `1.000` is
 * accepted then (see `isAmbiguous`): each is one in some countries and a thousand in others.
 */
function readLocalAmount(field: string): string | undefined {
  const text = field.trim();
  if (text === '') return undefined;
  return DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text;
}

/** Whether a decimal comma and a decimal point would give amounts that differ by a factor of a thousand. */
export function isAmbiguous(amount: string): boolean {
  return ONE_GROUP_OF_THOUSANDS.test(amount.trim());
}
