import type pg from 'pg';
import { ConfigError } from '../words/config-error.ts';
import type { SessionAttrs } from './hosts.ts';
import { DEFAULT_LIMITS, limitSettings } from './session.ts';
import { READ_ONLY, UNUSABLE } from './sqlstate.ts';

/** What a session must be able to do. */
export interface SessionNeeds {
  /** Whether it must be able to write. */
  readonly writes: boolean;
  readonly wants: SessionAttrs;
  /** The settings it was started with. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * A server or its session is not suitable. The SQLSTATE is one of transient errors: an operator or a failover can fix
 * it while processes run, so a later session may be fine.
 */
export class UnfitServer extends ConfigError {
  readonly code: string;

  constructor(message: string, code: UnfitCode, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type UnfitCode = typeof READ_ONLY | typeof UNUSABLE;

interface Facts extends Readonly<Record<string, string | null>> {
  readonly version: string;
  readonly encoding: string;
  readonly standby: string;
  readonly readOnly: string;
  readonly triggers: string;
  readonly transactionTimeout: string | null;
  readonly user: string;
  readonly pid: string;
}

/**
 * Checks in one round trip that the server is supported, accepts writes if the session must write, and started the
 * session with the requested settings: a role may not set everything, and a pooler may drop settings.
 * @throws UnfitServer with a sentence that begins with `place`.
 */
export async function checkSession(
  client: Pick<pg.ClientBase, 'query'>,
  place: string,
  needs: SessionNeeds,
): Promise<void> {
  const settings = Object.keys(needs.settings).map((name) => `current_setting('${name}', true) AS "${name}"`);
  // Without parameters, so that anything that speaks the protocol can answer it.
  const text = `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
                  pg_is_in_recovery()::text AS standby, current_setting('transaction_read_only') AS "readOnly",
                  current_setting('session_replication_role') AS triggers,
                  current_setting('transaction_timeout', true) AS "transactionTimeout", current_user::text AS user,
                  ${['pg_backend_pid()::text AS pid', ...settings].join(', ')}`;
  const { rows } = await client.query<Facts>({ text, query_timeout: CHECK_MS } as pg.QueryConfig);
  const [facts] = rows;
  if (facts === undefined) throw new UnfitServer(`${place} does not answer what it is`, UNUSABLE);
  const unusable = problemOf(facts);
  if (unusable !== null) throw new UnfitServer(`${place} ${unusable}`, UNUSABLE);
  const unfit = unfitFor(facts, needs);
  if (unfit !== null) throw new UnfitServer(`${place} ${unfit}`, READ_ONLY);
  const dropped = droppedOf(facts, needs.settings, isOtherProcess(client, facts.pid));
  if (dropped !== null) throw new UnfitServer(`${place} ${dropped}`, UNUSABLE);
}

/**
 * Whether `pid` differs from the process that the client was told at its start: then a pooler is in between, which
 * invents the number.
 */
export function isOtherProcess(client: object, pid: string): boolean {
  return 'processID' in client && typeof client.processID === 'number' && String(client.processID) !== pid;
}

/** If all sessions of a pooler are in use, a new one waits for its first answer. */
export const CHECK_MS = 5_000;

const OLDEST_MAJOR = 15;

function problemOf(facts: Facts): string | null {
  const major = Math.floor(Number(facts.version) / 10_000);
  if (major < OLDEST_MAJOR) return `is on Postgres ${major}. Version ${OLDEST_MAJOR} or later is needed.`;
  if (facts.encoding !== 'UTF8')
    return `has the encoding ${facts.encoding}. Create it again: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`;
  if (facts.triggers !== 'origin')
    return (
      `has session_replication_role = ${facts.triggers}, which switches the law of the ledger off. Remove that ` +
      `setting.`
    );
  if (!['0', null].includes(facts.transactionTimeout))
    return `has transaction_timeout = ${facts.transactionTimeout}, which would cut batches off. Set it to 0 for its user.`;
  return null;
}

/** Why it is not one of the requested servers; null if it is. */
function unfitFor(facts: Facts, { writes, wants }: SessionNeeds): string | null {
  const [isStandby, isReadOnly] = [facts.standby === 'true', facts.readOnly === 'on'];
  if (isStandby && (writes || wants === 'primary' || wants === 'read-write'))
    return 'is a standby, which is read-only. Set DATABASE_URL to the primary, or promote it.';
  if (isReadOnly && (writes || wants === 'read-write'))
    return 'is read-only: default_transaction_read_only is on for the server, the database or its user. Switch it off.';
  if (!isStandby && (wants === 'standby' || wants === 'prefer-standby'))
    return 'is not a standby, but target_session_attrs asks for one.';
  if (!isReadOnly && wants === 'read-only')
    return 'accepts writes, but target_session_attrs asks for a server that ' + 'does not.';
  return null;
}

/** A setting that differs from the request; null if there is none. */
function droppedOf(facts: Facts, asked: Readonly<Record<string, string>>, isPooled: boolean): string | null {
  const wrong = Object.entries(asked).find(
    ([name, value]) => !isSame(name, facts[name], value) && !(isPooled && isGoodEnough(name, facts[name], value)),
  );
  if (wrong === undefined) return null;
  const [name, value] = wrong;
  const user = JSON.stringify(facts.user);
  const found = `has ${name} = ${facts[name]} although ${value} was asked for`;
  return isPooled
    ? `${found}: the pooler drops the start-up parameter "options". npm run migrate sets it for the users that it ` +
        `creates, and ALTER ROLE ${user} SET ${name} = '${value}' for this one; then let the pooler connect again ` +
        '(RECONNECT).'
    : `${found}. Does a pooler drop the start-up parameter "options"?`;
}

/** The suffixes of settings whose values are times: requested in milliseconds, shown in the largest unit. */
const TIME = '_timeout';
const UNITS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1e3, min: 6e4, h: 36e5, d: 864e5 };

function isSame(name: string, found: string | null | undefined, asked: string): boolean {
  return found === asked || (name.endsWith(TIME) && milliseconds(found) === milliseconds(asked));
}

/**
 * Behind a pooler all sessions of a user have the settings of the user. A client that wants a shorter limit enforces it
 * itself; one that wants its statements planned once has them planned more often, which only costs time.
 */
function isGoodEnough(name: string, found: string | null | undefined, asked: string): boolean {
  if (name === 'plan_cache_mode') return true;
  const most = Number(limitSettings(DEFAULT_LIMITS)[name] ?? 0);
  const limit = milliseconds(found) ?? 0;
  return name.endsWith(TIME) && asked !== '0' && limit > 0 && limit <= most;
}

function milliseconds(text: string | null | undefined): number | null {
  const [, digits, unit = ''] = /^(\d+)([a-z]*)$/.exec(text ?? '') ?? [];
  return digits === undefined ? null : Number(digits) * (UNITS[unit] ?? NaN);
}
