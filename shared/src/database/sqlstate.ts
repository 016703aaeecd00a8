/** The SQLSTATE of a Postgres error (PostgreSQL manual, appendix A); null for any other error. */
export function sqlstateOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';
export const UNDEFINED_TABLE = '42P01';

/** Data exceptions, integrity violations and exceptions raised by functions: the statement's data is at fault. */
const DATA_ERROR_CLASSES = new Set(['22', '23', 'P0']);

/** Whether repeating the same statement with the same data must fail again. */
export function isDataError(error: unknown): boolean {
  const sqlstate = sqlstateOf(error);
  return sqlstate !== null && DATA_ERROR_CLASSES.has(sqlstate.slice(0, 2));
}

/** The constraint that a statement broke; null if the error names none. */
export function constraintOf(error: unknown): string | null {
  return error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : null;
}
