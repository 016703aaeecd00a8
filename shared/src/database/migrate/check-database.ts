import { ConfigError } from '../../words/config-error.ts';
import { awaitSchema, checkSchema } from './check-schema.ts';
import { explainDatabaseFailure, placeOf } from '../explain-failure.ts';
import type { Queryable } from '../pool.ts';
import { SESSION_SETTINGS } from '../session.ts';

/** The rights without which a program would start and then fail, of those that tell the users of the roles apart. */
const NEEDS = {
  api: ['INSERT ON pending_operations', 'INSERT ON wallets', 'SELECT ON api_keys'],
  worker: ['INSERT ON movements', 'INSERT ON failures', 'UPDATE ON accounts'],
  audit: ['SELECT ON movements', 'SELECT ON failures'],
  keys: ['SELECT ON api_keys'],
  assets: ['SELECT ON assets', 'INSERT ON audit_log'],
  accounts: ['SELECT ON house_accounts', 'INSERT ON audit_log'],
  seed: ['INSERT ON clients', 'INSERT ON pending_operations'],
  archive: ['INSERT ON archives', 'INSERT ON archive_checkpoints'],
  backup: ['SELECT ON api_keys', 'SELECT ON webhook_endpoints', 'SELECT ON epochs', 'SELECT ON audit_progress'],
  restoreCheck: ['SELECT ON epochs', 'SELECT ON operations', 'SELECT ON holds', 'SELECT ON unrelayed_events'],
  verify: ['SELECT ON archives', 'SELECT ON archive_checkpoints'],
} as const satisfies Record<string, readonly `${'SELECT' | 'INSERT' | 'UPDATE'} ON ${string}`[]>;

/** A program that works on a migrated database. */
export type Program = keyof typeof NEEDS;

/** These are content with a server that can only be read. */
const READERS: readonly Program[] = ['audit', 'keys', 'verify', 'backup', 'restoreCheck'];

/**
 * What has to be so before a program begins: the server answers and is one that it can work on, the schema is the one it was
 * built for, and its user may do what it needs. A schema that is missing or older is waited for, for at most `waitMs`.
 * @throws ConfigError with a sentence that says what is not, and what to do.
 */
export async function checkDatabase(database: Queryable, url: string, program: Program, waitMs = 0): Promise<void> {
  const place = placeOf(url);
  await explaining(place, async () => {
    await checkServer(database, place, { toWrite: !READERS.includes(program) });
    await awaitSchema(database, waitMs);
    await checkSchema(database, place);
    await checkRights(database, place, NEEDS[program]);
  });
}

/** Turns what an operator can mend into a ConfigError. */
export async function explaining<Result>(place: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof ConfigError ? null : explainDatabaseFailure(error, place);
    if (sentence === null) throw error;
    throw new ConfigError(sentence, { cause: error });
  }
}

const OLDEST_MAJOR = 15;

interface ServerFacts extends Readonly<Record<string, string | null>> {
  readonly version: string;
  readonly encoding: string;
  readonly standby: string;
  readonly readOnly: string;
  readonly triggers: string;
  readonly transactionTimeout: string | null;
}

/**
 * What is wrong with the server or with what its sessions begin with, as far as it cannot be set by us: a role may not set
 * everything, and a pooler may drop what we ask for.
 */
export async function checkServer(
  database: Queryable,
  place: string,
  { toWrite }: { toWrite: boolean },
): Promise<void> {
  const settings = Object.keys(SESSION_SETTINGS).map((name) => `current_setting('${name}') AS "${name}"`);
  // Without parameters, so that anything that speaks the protocol can answer it.
  const { rows } = await database.query<ServerFacts>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
            pg_is_in_recovery()::text AS standby, current_setting('transaction_read_only') AS "readOnly",
            current_setting('session_replication_role') AS triggers,
            current_setting('transaction_timeout', true) AS "transactionTimeout", ${settings.join(', ')}`,
  );
  const [facts] = rows;
  const problem = facts === undefined ? 'does not answer what it is' : problemOf(facts, toWrite);
  if (problem !== null) throw new ConfigError(`${place} ${problem}`);
}

function problemOf(facts: ServerFacts, toWrite: boolean): string | null {
  const major = Math.floor(Number(facts.version) / 10_000);
  if (major < OLDEST_MAJOR) return `is on Postgres ${major}. Version ${OLDEST_MAJOR} or later is needed.`;
  if (facts.encoding !== 'UTF8')
    return `has the encoding ${facts.encoding}. Make it anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`;
  if (toWrite && facts.standby === 'true')
    return 'is a standby, which can only be read. Set DATABASE_URL to the primary, or promote it.';
  if (toWrite && facts.readOnly === 'on')
    return 'can only be read: default_transaction_read_only is on for the server, the database or its user. Switch it off.';
  if (facts.triggers !== 'origin')
    return `has session_replication_role = ${facts.triggers}, which switches the law of the ledger off. Take that setting away.`;
  if (!['0', null].includes(facts.transactionTimeout))
    return `has transaction_timeout = ${facts.transactionTimeout}, which would cut batches off. Set it to 0 for its user.`;
  const wrong = Object.entries(SESSION_SETTINGS).find(([name, value]) => facts[name] !== value);
  if (wrong === undefined) return null;
  const [name, value] = wrong;
  return `has ${name} = ${facts[name]} although ${value} was asked for. Does a pooler drop the start-up parameter "options"?`;
}

/** Rights on a column of a table count: of some tables only some columns are given. */
async function checkRights(database: Queryable, place: string, needs: readonly string[]): Promise<void> {
  const { rows } = await database.query<{ user: string; missing: string | null }>({
    text: `SELECT current_user AS user, (
             SELECT string_agg(need, ', ') FROM unnest($1::text[]) AS need
             WHERE NOT has_any_column_privilege(split_part(need, ' ON ', 2), split_part(need, ' ON ', 1))
           ) AS missing`,
    values: [needs],
  });
  const missing = rows[0]?.missing ?? null;
  if (missing === null) return;
  throw new ConfigError(
    `${place}: user ${rows[0]?.user ?? ''} lacks ${missing}. Run npm run migrate as the owner of the schema, or set ` +
      'DATABASE_URL to the user of the role that this program has.',
  );
}
