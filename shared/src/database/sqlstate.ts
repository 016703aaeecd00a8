import { BrokenInvariant } from '../words/broken-invariant.ts';

/** The SQLSTATE of a Postgres error (PostgreSQL manual, appendix A); null for any other error. */
export function sqlstateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';
export const UNDEFINED_TABLE = '42P01';
export const UNDEFINED_DATABASE = '3D000';
export const INSUFFICIENT_PRIVILEGE = '42501';
export const QUERY_CANCELED = '57014';
/** A prepared statement of this name already exists, or does not exist. */
export const DUPLICATE_STATEMENT = '42P05';
export const UNKNOWN_STATEMENT = '26000';
/** read_only_sql_transaction, and sqlclient_unable_to_establish_sqlconnection. */
export const READ_ONLY = '25006';
export const UNUSABLE = '08001';

/**
 * Raised by the law of the ledger (migrations/repeatable/law.sql): the code or the stored ledger is wrong, not one
 * operation.
 */
const LAW_VIOLATION = 'WL001';
/** Raised by the law when a program that is too old for the schema writes. */
const PROGRAM_TOO_OLD = '57WL1';
/** Keys that can only collide if an operation is applied twice. */
const LAWFUL_KEYS = new Set(['movements_pkey', 'movements_from', 'movements_to', 'failures_pkey', 'holds_pkey']);
/** Constraints that can only break if more is taken than a plan saw. */
const LAWFUL_SUMS = new Set(['holds_add_up', 'reversed_operations_add_up']);
/** Constraints that one operation can violate although program and schema are right. */
const DATA_CHECKS = new Set(['accounts_within_credit', 'accounts_closed_is_empty']);

const DATA_EXCEPTION = '22';
const INTEGRITY_VIOLATION = '23';
/** Connection lost, out of resources, rolled back because of others, lock not available, shutting down, read-only. */
const PASSING_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);

/**
 * What an error says about the failed statement, and so what may be decided because of it:
 * - `data`: one operation's data cannot be written, whichever program tries. That operation may be failed for it.
 * - `ledger`: the stored ledger breaks the law, or would. Nothing may be decided because of it.
 * - `passing`: the database is down, full, read-only or busy. A retry may succeed.
 * - `program`: anything else, such as a column that this program does not know: program and database do not fit. The
 *   operations are not at fault, and another program may apply them.
 */
export type ErrorKind = 'data' | 'ledger' | 'passing' | 'program';

export function kindOfError(error: unknown): ErrorKind {
  if (error instanceof BrokenInvariant) return 'ledger';
  const sqlstate = sqlstateOf(error);
  const constraint = constraintOf(error) ?? '';
  if (sqlstate === LAW_VIOLATION || LAWFUL_KEYS.has(constraint) || LAWFUL_SUMS.has(constraint)) return 'ledger';
  if (sqlstate?.startsWith(DATA_EXCEPTION) || DATA_CHECKS.has(constraint)) return 'data';
  return isPassing(error) ? 'passing' : 'program';
}

/** Whether a row of the statement may be at fault, so that the others may be written without it. */
export function isOfRow(error: unknown): boolean {
  const sqlstateClass = sqlstateOf(error)?.slice(0, 2);
  return sqlstateClass === DATA_EXCEPTION || sqlstateClass === INTEGRITY_VIOLATION;
}

/** Whether the law of the ledger refused what was written. */
export function isAgainstLaw(error: unknown): boolean {
  return sqlstateOf(error) === LAW_VIOLATION;
}

/** Whether the law refused this program's write because it is too old for the schema. */
export function isProgramTooOld(error: unknown): boolean {
  return sqlstateOf(error) === PROGRAM_TOO_OLD;
}

/** Whether a lock was not acquired in time. */
export function isLockTimeout(error: unknown): boolean {
  return sqlstateOf(error) === '55P03';
}

/** Whether the database is down, full, or busy: a retry may succeed. */
export function isPassing(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  if (sqlstate !== null) return PASSING_CLASSES.has(sqlstate.slice(0, 2));
  const text = error instanceof Error ? `${'code' in error ? String(error.code) : ''} ${error.message}` : '';
  return /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|timeout|Connection terminated|not queryable/i.test(text);
}

/** The constraint that a statement broke; null if the error names none. */
export function constraintOf(error: unknown): string | null {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : null;
}
