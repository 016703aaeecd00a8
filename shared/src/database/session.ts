/**
 * The settings that statements and their results rely on, as `SHOW` prints them. A server, a database or a user may
 * have other defaults, so each of our sessions sets them. `checkSession` refuses a session in which they could not be
 * set.
 */
export const SESSION_SETTINGS = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  // If off, a null in an array would be stored as the text "NULL".
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // If off, an accepted operation would be lost with the server (P1).
  synchronous_commit: 'on',
  idle_session_timeout: '0',
} as const;

/** The time limits of a session. Zero is unlimited. */
export interface SessionLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

/**
 * The limits of a serving process. A paused process loses its transaction after the last of them, and with it the locks
 * that others wait for.
 */
export const DEFAULT_LIMITS: SessionLimits = { statementMs: 10_000, lockMs: 5_000, idleInTransactionMs: 5_000 };

/** Statements of an administrator may take as long as they need. */
export const UNLIMITED: SessionLimits = { statementMs: 0, lockMs: 0, idleInTransactionMs: 0 };

/**
 * Planner settings. The queue is empty when plans are made and long when they matter, so it must always be read by key.
 * All statements of a worker look rows up by key: a plan from when a table was small, and a sequential scan or a hash
 * seemed cheaper, must not survive.
 */
export const PLANNERS = {
  api: { enable_seqscan: 'off', jit: 'off' },
  worker: {
    enable_seqscan: 'off',
    enable_bitmapscan: 'off',
    enable_hashjoin: 'off',
    enable_mergejoin: 'off',
    enable_material: 'off',
    jit: 'off',
  },
} as const;

export function limitSettings(limits: SessionLimits): Readonly<Record<string, string>> {
  return {
    statement_timeout: String(limits.statementMs),
    lock_timeout: String(limits.lockMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  };
}

/** All settings of a session. */
export function sessionSettings(
  limits: SessionLimits,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { ...SESSION_SETTINGS, ...limitSettings(limits), ...more };
}

/** The start-up parameter `options` (libpq: spaces and backslashes are escaped) that sets them. */
export function startOptions(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}
