import { SEPARATORS, isSeparator, readNames, toName } from '@wallet/csv/dialect';
import { OPERATION_TYPES } from '@wallet/shared/words/operation';
import type { LineField } from '../operations/general-operation.ts';
import { keepSource } from '../http/metadata.ts';
import { Problem } from '../http/problem.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { type ResultColumns, findResultColumns } from '@wallet/csv/result-columns';

/** What the header of a table says of the records below it. */
export interface Table {
  readonly separator: string;
  /** By its place in a record. A column without a name has nothing in it. */
  readonly columns: readonly Column[];
  /** Where the amounts are, in a table whose numbers may have a decimal comma. */
  readonly localAmount: number | null;
  /** Where the keys of the lines are, and what that column is called. */
  readonly key: { readonly at: number; readonly name: string } | null;
  /** What it says of lines that failed or were refused. */
  readonly results: ResultColumns | null;
}

interface Column {
  readonly name: string;
  /** What a field that is not empty says, undefined if that is nothing. Null where the field is taken as it is. */
  readonly read: ((field: string) => unknown) | null;
  /** Says nothing about the operation. */
  readonly isDropped: boolean;
}

const trimmed = (field: string): string | undefined => (hasSpace(field) ? field.trim() || undefined : field);
/** Whether there may be space around a text. Without this look the reader of a table takes 6 % longer. */
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
/** Why a table has no postings. */
export const NO_LEGS = 'a posting has legs, which a table cannot hold: send it as JSON or NDJSON';

/**
 * Reads the record that names the columns. A table whose first line does not say its separator is read by the one that makes most
 * sense of the header. `keyColumn` names the column with the keys of the lines, which need not be a field.
 * @throws Problem `batch_refused`
 */
export function readHeader(record: string, said: string | null, line: number, keyColumn: string | null): Table {
  if (said !== null && !isSeparator(said)) {
    throw refuseHeader(1, `${said} cannot separate fields: use a comma, a semicolon, a tab or |`);
  }
  let separator: string = said ?? SEPARATORS[0];
  let names = toNames(record, separator);
  for (const other of said === null ? SEPARATORS : []) {
    const otherNames = toNames(record, other);
    if (countKnown(otherNames) > countKnown(names)) [separator, names] = [other, otherNames];
  }
  const key = keyColumn === null ? null : findKey(names, toName(keyColumn), line);
  const results = findResultColumns(names);
  const isDropped = (name: string): boolean =>
    results?.dropped.has(name) === true || (key?.name === name && !READERS.has(name));
  const fields = names.map((name) => results?.renamed.get(name) ?? name);
  const asked = fields.filter((name, at) => !isDropped(names[at] ?? name));
  refuseUnknown(results?.isExport ? asked.filter((name) => name !== 'legs') : asked, line);
  const columns = fields.map((name, at) => ({
    name,
    read: columnReader(name, separator),
    isDropped: isDropped(names[at] ?? name),
  }));
  const amount = names.indexOf('amount');
  return { separator, columns, localAmount: separator === ',' || amount < 0 ? null : amount, key, results };
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

function countKnown(names: readonly string[]): number {
  return names.filter((name) => READERS.has(name)).length;
}

const NAMES_TOLD = 5;
const NAME_TOLD = 40;

function refuseUnknown(names: readonly string[], line: number): void {
  const given = names.filter((name) => name !== '');
  const unknown = given.filter((name) => !READERS.has(name));
  const told = unknown.slice(0, NAMES_TOLD).map((name) => JSON.stringify(name.slice(0, NAME_TOLD)));
  const more = unknown.length > NAMES_TOLD ? ` and ${unknown.length - NAMES_TOLD} more` : '';
  if (unknown.includes('legs')) throw refuseHeader(line, NO_LEGS);
  if (unknown.includes('execute_at')) throw refuseHeader(line, `execute_at ${NOT_SCHEDULED}`);
  if (unknown.length > 0) {
    throw refuseHeader(line, `there is no field ${told.join(', ')}${more}: use ${[...READERS.keys()].join(', ')}`);
  }
  if (new Set(given).size < given.length) throw refuseHeader(line, 'a field is named twice');
}

function refuseHeader(line: number, message: string): Problem {
  const error = { line, field: '', message: `the header names the fields: ${message}` };
  return new Problem('batch_refused', `Line ${line}: ${error.message}`, { errors: [error] });
}

function columnReader(name: string, separator: string): Column['read'] {
  if (name === 'amount' && separator !== ',') return readLocalAmount;
  return name === '' ? trimmed : (READERS.get(name) ?? null);
}

/** A field that is not text: metadata is JSON, and so is a number. What is neither is refused where the fields are checked. */
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

/** Spreadsheets write TRUE and FALSE. What is neither is refused where the fields are checked. */
function readFlag(field: string): boolean | string | undefined {
  const text = field.trim().toLowerCase();
  if (text === 'true' || text === 'false') return text === 'true';
  return text === '' ? undefined : field;
}

/** A comma that cannot separate thousands, which come in groups of three, or in some places of four. */
const DECIMAL_COMMA = /^-?(?:\d+,\d{1,2}|0,\d+)$/;
const ONE_GROUP_OF_THOUSANDS = /^-?[1-9]\d{0,2}[.,]\d{3}$/;

/**
 * Where commas do not separate fields, they stand in numbers: `12,50` is read as 12.50. Neither `1,000` nor `1.000` is read
 * at all there (see `isAmbiguous`): each is one in some countries and a thousand in others.
 */
function readLocalAmount(field: string): string | undefined {
  const text = field.trim();
  if (text === '') return undefined;
  return DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text;
}

/** Whether an amount is one thing with a decimal comma and a thousand times as much with a decimal point. */
export function isAmbiguous(amount: string): boolean {
  return ONE_GROUP_OF_THOUSANDS.test(amount.trim());
}
