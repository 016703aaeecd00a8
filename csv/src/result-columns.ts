/**
 * Tables with the outcome of lines: the command's files of failed and of refused lines, and the API's own CSV of a batch's
 * operations. They can be corrected and sent as they are: the columns with the outcome are dropped, and a line
 * that failed is accepted under a key made of its operation, so once, however often it is sent.
 */
export interface ResultColumns {
  /** The columns that say nothing about an operation to come. */
  readonly dropped: ReadonlySet<string>;
  /** Those of them that say why a line was refused. */
  readonly refusal: ReadonlySet<string>;
  /** The columns that have another name where an operation is asked for. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Where a line says which operation it was, and how that ended: null for lines that were only refused. */
  readonly outcome: { readonly id: number; readonly status: number } | null;
  /** Whether it is the API's own table, which has more columns filled than a line may have. */
  readonly isExport: boolean;
}

/** What the command writes before a line that was refused, and before one that failed. */
export const REFUSAL_COLUMNS = ['line', 'column', 'reason'] as const;
const FAILURE_COLUMNS = ['line', 'status', 'error_code', 'error', 'operation_id'] as const;
/** The name of the last in a table that has a column of that name itself, as that of the operations to reverse. */
const FAILED_ID = 'failed_operation_id';
const OUTCOME = ['line', 'status', 'completed_at', 'wallet_balance', 'held_balance', 'error_code', 'error'];

/** The columns that the command writes before lines that failed, in a table with these names. */
export function failureColumns(names: readonly string[]): string[] {
  return FAILURE_COLUMNS.map((column) => (column === 'operation_id' && names.includes(column) ? FAILED_ID : column));
}

/** What the header says of results; null if it is the header of a table of operations. */
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

/** What a line of the API's table is told by, by type: its other fields follow from these. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  capture: ['hold_id', 'to_wallet_id', 'to_account', 'final'],
  release: ['hold_id'],
  reversal: ['operation_id'],
  hold: ['wallet_id', 'expires_at'],
  transfer: ['from_wallet_id', 'to_wallet_id'],
};
const OF_ALL = ['type', 'amount', 'description', 'reference_id', 'idempotency_key', 'metadata'];

/** Takes away what a line of the API's table says besides what it asks for. */
export function keepAsked(line: Record<string, unknown>): Record<string, unknown> {
  const names = [...OF_ALL, ...(NAMED_BY[String(line['type'])] ?? ['wallet_id'])];
  return Object.fromEntries(names.filter((name) => name in line).map((name) => [name, line[name]]));
}

/** The key of a line that is sent again, after the operation with this id failed. */
export function retryKey(operationId: string): string {
  return `retry-of:${operationId}`;
}
