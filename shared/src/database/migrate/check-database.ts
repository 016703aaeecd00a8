import { ConfigError } from '../../words/config-error.ts';
import { awaitSchema, checkSchema } from './check-schema.ts';
import { checkSession } from '../check-session.ts';
import { explainDatabaseFailure, placeOf } from '../explain-failure.ts';
import { checkPooler } from './check-pooler.ts';
import type { Queryable } from '../pool.ts';
import { SESSION_SETTINGS } from '../session.ts';

/** The privileges that tell the roles' users apart. Without them a program would start and then fail. */
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

/** These run while a release is rolled out. Commands that are run by hand must be of the version that migrated. */
const SIDE_BY_SIDE: readonly Program[] = ['api', 'worker'];
/** A read-only server is enough for these. */
const READERS: readonly Program[] = ['audit', 'keys', 'verify', 'backup', 'restoreCheck'];

/**
 * Checks the preconditions of a program: the server answers and is supported, the schema fits, and the user has the
 * necessary privileges. Waits at most `waitMs` for a missing or older schema.
 * @throws ConfigError with a sentence that says what is wrong and what to do.
 */
export async function checkDatabase(database: Queryable, url: string, program: Program, waitMs = 0): Promise<void> {
  const place = placeOf(url);
  await explaining(place, async () => {
    const writes = !READERS.includes(program);
    await checkSession(database, place, { writes, wants: 'any', settings: SESSION_SETTINGS });
    await checkPooler(url, { writes });
    await awaitSchema(database, waitMs);
    await checkSchema(database, place, { mayBeNewer: SIDE_BY_SIDE.includes(program) });
    await checkRights(database, place, NEEDS[program]);
  });
}

/** Turns an error that an operator can fix into a ConfigError. */
export async function explaining<Result>(place: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const sentence = error instanceof ConfigError ? null : explainDatabaseFailure(error, place);
    if (sentence === null) throw error;
    throw new ConfigError(sentence, { cause: error });
  }
}

/** Privileges on single columns count too: of some tables only some columns are granted. */
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
