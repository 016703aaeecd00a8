import { ConfigError } from '../words/config-error.ts';
import { databaseOf, parseHosts } from './hosts.ts';
import { sqlstateOf } from './sqlstate.ts';

/** Where a database is, without user and password: `Database wallet at db:5432`. */
export function placeOf(url: string): string {
  const name = databaseOf(url);
  const names = parseHosts(url)
    .hosts.map((host) => host.name)
    .join(', ');
  return `${name === '' ? 'The database' : `Database ${name}`} at ${names}`;
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no host has this name',
  EAI_AGAIN: 'the host name could not be looked up',
  ETIMEDOUT: 'it did not answer in time',
  EHOSTUNREACH: 'there is no route to this host',
  ENETUNREACH: 'there is no route to this network',
  ECONNRESET: 'it closed the connection; is it a Postgres server?',
  ENOENT: 'there is no such socket',
};

/** Errors of the driver, which have no code. */
const UNREACHABLE_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [/^timeout e|connection timeout$|^Query read timeout$/, 'it did not answer in time'],
  [/terminated unexpectedly|unexpected (response|message)|SSL response/i, 'it does not answer like a Postgres server'],
];

const BY_SQLSTATE: Readonly<Record<string, (message: string, place: string) => string>> = {
  '28P01': (message, place) => `${place} refuses the user or the password: ${message}. Set DATABASE_URL.`,
  '28000': (message, place) => `${place} refuses the user: ${message}. Set DATABASE_URL.`,
  '3D000': (message, place) => `${place} cannot be used: ${message}. Create it, or set DATABASE_URL.`,
  '42501': (message, place) =>
    `${place}: its user lacks a privilege: ${message}. Run npm run migrate as the owner, or set DATABASE_URL.`,
  '25006': (message, place) => `${place} is read-only: ${message}. Set DATABASE_URL to the primary.`,
  '53300': (message, place) =>
    `${place} has no connection left: ${message}. Raise max_connections, or run fewer processes.`,
  '57P03': (message, place) => `${place} is not ready: ${message}. Try again.`,
  '57P01': (message, place) => `${place} is stopping: ${message}. Try again.`,
  // Before version 14 a server does not know all of our session settings.
  '42704': (message, place) => `${place} is not a Postgres of version 15 or later: ${message}.`,
  '08P01': (message, place) =>
    `${place} refuses a start-up parameter: ${message}. A pooler must pass the start-up parameter "options" on, or ` +
    'leave it out (PgBouncer: ignore_startup_parameters = options).',
};

/** What an operator can do about a failure of the database; null if that is not known. */
export function explainDatabaseFailure(error: unknown, place = 'The database'): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigError) return error.message;
  // If a name has several addresses, the first error stands for all of them.
  if (error instanceof AggregateError && error.errors.length > 0) return explainDatabaseFailure(error.errors[0], place);
  const sqlstate = sqlstateOf(error);
  if (sqlstate !== null) return BY_SQLSTATE[sqlstate]?.(error.message, place) ?? null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const isOfConnection =
    'syscall' in error && ['connect', 'read', 'write', 'getaddrinfo'].includes(String(error.syscall));
  const reason =
    (isOfConnection ? UNREACHABLE[code] : undefined) ??
    UNREACHABLE_BY_MESSAGE.find(([pattern]) => pattern.test(error.message))?.[1];
  if (reason !== undefined) return `${place} cannot be reached: ${reason}. Check that it runs, and DATABASE_URL.`;
  if (error.message.startsWith('SASL')) return `${place} asks for a password. Set it in DATABASE_URL or PGPASSWORD.`;
  if (/SSL connections|certificate/i.test(error.message))
    return `${place} cannot be reached by TLS: ${error.message}. See sslmode in DATABASE_URL.`;
  return null;
}
