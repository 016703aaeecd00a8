import pg from 'pg';
import { nameConnection, withoutName } from './program.ts';

/**
 * What statements and their results rely on, as `SHOW` tells it. A server, a database or a user may begin its sessions
 * otherwise, so every session of ours sets it. What may not be set here, `checkServer` refuses at start.
 */
export const SESSION_SETTINGS = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  // Off, a null in an array that we send would be stored as the text "NULL".
  array_nulls: 'on',
  transform_null_equals: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  // Off, an accepted operation would be lost with the server (P1).
  synchronous_commit: 'on',
  idle_session_timeout: '0',
} as const;

/** How long a session may take. Zero is without a limit. */
export interface SessionLimits {
  readonly statementMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
}

/** The start-up parameter `options` (libpq: spaces and backslashes are escaped) that sets all of it for a session. */
export function sessionOptions(limits: SessionLimits, more: Readonly<Record<string, string>> = {}): string {
  const settings = {
    ...SESSION_SETTINGS,
    statement_timeout: String(limits.statementMs),
    lock_timeout: String(limits.lockMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
    ...more,
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replace(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/** Statements of an administrator may take as long as they need. */
const UNLIMITED: SessionLimits = { statementMs: 0, lockMs: 0, idleInTransactionMs: 0 };

/** One connection with the same settings, for what is done once. Losing it fails the statement under way, nothing else. */
export async function connectOnce(url: string, { connectMs }: { connectMs: number }): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: withoutName(url),
    application_name: nameConnection('wallet-command'),
    connectionTimeoutMillis: connectMs,
    options: sessionOptions(UNLIMITED),
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
