import { BrokenInvariant } from '../broken-invariant.ts';

/** The SQLSTATE of a Postgres error (PostgreSQL manual, appendix A); null for any other error. */
export function sqlstateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';
export const UNDEFINED_TABLE = '42P01';

/** What the law of the ledger raises (migration 0001): the code or the stored ledger is wrong, not one operation. */
const LAW_VIOLATION = 'WL001';
/** Keys that cannot be met twice unless an operation is applied twice. */
const LAWFUL_KEYS = new Set(['entries_pkey', 'entries_operation', 'outcomes_pkey']);

/** Data exceptions, integrity violations and exceptions raised by functions: the statement's data is at fault. */
const DATA_ERROR_CLASSES = new Set(['22', '23', 'P0']);
/** Connection lost, out of resources, rolled back for others' sake, lock not available, shutting down, read-only. */
const PASSING_CLASSES = new Set(['08', '25', '40', '53', '55', '57', '58']);

/** Whether repeating the same statement with the same data must fail again, because of that data. */
export function isDataError(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  if (sqlstate === null || LAWFUL_KEYS.has(constraintOf(error) ?? '')) return false;
  return DATA_ERROR_CLASSES.has(sqlstate.slice(0, 2));
}

/** Whether the code or the stored data is wrong, so that neither another operation nor waiting can help. */
export function isBroken(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  if (sqlstate === null) return error instanceof BrokenInvariant;
  return sqlstate === LAW_VIOLATION || !(isDataError(error) || PASSING_CLASSES.has(sqlstate.slice(0, 2)));
}

/** Whether a lock was waited for in vain. */
export function isLockTimeout(error: unknown): boolean {
  return sqlstateOf(error) === '55P03';
}

/** Whether the database is away, full, or busy with something else: what was tried may succeed later. */
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
