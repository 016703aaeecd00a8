/**
 * Tables with the outcome of lines: the command's files of failed and refused lines, and the API's CSV export of a
 * batch's operations. They can be corrected and sent back: result columns are dropped, and a failed line is accepted
 * under a key made from its operation, so only once, however often it is sent.
 */
export interface ResultColumns {
  /** The columns that do not describe a new operation. */
  readonly dropped: ReadonlySet<string>;
  /** Of these, the columns that say why a line was refused. */
  readonly refusal: ReadonlySet<string>;
  /** The columns that have another name in a request. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Where a line names its operation and how that ended: null for lines that were only refused. */
  readonly outcome: { readonly id: number; readonly status: number } | null;
  /** Whether it is the API's own table, which fills more columns than a line may have. */
  readonly isExport: boolean;
}

/** The columns that the command puts before a refused line, and before a failed one. */
export const REFUSAL_COLUMNS = ['line', 'column', 'reason'] as const;
const FAILURE_COLUMNS = ['line', 'status', 'error_code', 'error', 'operation_id'] as const;
/** The name of the last column in a table that has a column of that name itself, for the operations to reverse. */
const FAILED_ID = 'failed_operation_id';
const OUTCOME = ['line', 'status', 'completed_at', 'wallet_balance', 'held_balance', 'error_code', 'error'];

/** The columns that the command puts before failed lines, in a table with these names. */
export function failureColumns(names: readonly string[]): string[] {
  return FAILURE_COLUMNS.map((column) => (column === 'operation_id' && names.includes(column) ? FAILED_ID : column));
}

/** The result columns in a header; null if it is the header of a table of operations. */
export function findResultColumns(names: readonly string[]): ResultColumns | null {
  const has = (name: string): boolean => names.includes(name);
  const refusal = new Set<string>(REFUSAL_COLUMNS.every(has) ? REFUSAL_COLUMNS : []);
  if (!has('error_code') || !has('status')) {
    if (refusal.size === 0) return null;
    return { dropped: refusal, refusal, renamed: new Map(), outcome: null, isExport: false };
  }
  const isExport = has('reversal_of');
  const id = has(FAILED_ID) ? FAILED_ID : 'operation_id';
  return {
    dropped: new Set([...refusal, ...OUTCOME, id, ...(isExport ? ['asset'] : [])]),
    refusal,
    renamed: new Map(isExport ? [['reversal_of', 'operation_id']] : []),
    outcome: { id: names.indexOf(id), status: names.indexOf('status') },
    isExport,
  };
}

/** The identifying fields of a line in the API's table, by type: its other fields follow from these. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  capture: ['hold_id', 'to_wallet_id', 'to_account', 'final'],
  release: ['hold_id'],
  reversal: ['operation_id'],
  hold: ['wallet_id', 'expires_at'],
  transfer: ['from_wallet_id', 'to_wallet_id'],
};
const OF_ALL = ['type', 'amount', 'description', 'reference_id', 'idempotency_key', 'metadata'];

/** Removes the fields of a line in the API's table that are not part of a request. */
export function keepAsked(line: Record<string, unknown>): Record<string, unknown> {
  const names = [...OF_ALL, ...(NAMED_BY[String(line['type'])] ?? ['wallet_id'])];
  return Object.fromEntries(names.filter((name) => name in line).map((name) => [name, line[name]]));
}

/** The key of a line that is sent again after the operation with this id failed. */
export function retryKey(operationId: string): string {
  return `retry-of:${operationId}`;
}
