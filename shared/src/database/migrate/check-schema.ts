import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../words/config-error.ts';
import type { Queryable } from '../pool.ts';
import { NEWEST_MIGRATION } from '../program.ts';
import { type SchemaVersion, readSchemaVersion } from '../tables/schema-version.ts';

/** Waits until the schema is at least at the newest migration that this program knows, at most `waitMs`. */
export async function awaitSchema(database: Queryable, waitMs: number): Promise<void> {
  const began = performance.now();
  while (performance.now() - began < waitMs) {
    const { here, readable } = await findSchema(database);
    if (here && readable && (await readNewestMigration(database)) >= NEWEST_MIGRATION) return;
    await delay(LOOK_MS);
  }
}

const LOOK_MS = 50;

/**
 * Checks that this program can work on the schema; all our tables are in the first schema of the user's search_path.
 * With `mayBeNewer`, a schema of a later version is accepted if it says that this program fits it.
 * @throws ConfigError if there is no schema, or it is at a migration before or after the newest that this program
 * knows.
 */
export async function checkSchema(
  database: Queryable,
  place: string,
  { mayBeNewer }: { mayBeNewer: boolean },
): Promise<void> {
  const found = await findSchema(database);
  if (!found.here) throw new ConfigError(`${place} ${missing(found)}`);
  if (!found.readable)
    throw new ConfigError(
      `${place}: user ${found.user} may not read the table migrations. Run npm run migrate of this version as the owner of ` +
        'the schema, which makes the grants, or set DATABASE_URL to the user of a role that has them.',
    );
  const newest = await readNewestMigration(database);
  if (newest < NEWEST_MIGRATION)
    throw new ConfigError(
      `${place} has a schema older than this program: it is at migration ${newest}, and this program needs ` +
        `${NEWEST_MIGRATION}. Run npm run migrate.`,
    );
  if (mayBeNewer) {
    const misfit = misfitOf(await readSchemaVersion(database), place);
    if (misfit !== null) throw new ConfigError(misfit);
  } else refuseNewer(place, newest, NEWEST_MIGRATION);
}

/** Why this program is too old for a schema, and what to do; null if it is not. */
export function misfitOf({ version, oldestProgram }: SchemaVersion, place: string): string | null {
  if (oldestProgram <= NEWEST_MIGRATION) return null;
  return (
    `${place} has a schema newer than this program: it is at migration ${version}, for programs that know migration ` +
    `${oldestProgram}, and this program knows ${NEWEST_MIGRATION}. Update the program.`
  );
}

/**
 * Checks that migrating may begin: an older program would revoke what a newer one has granted.
 * @returns whether there is no schema yet.
 * @throws ConfigError if the schema is newer than `newest`, or is outside this user's search_path.
 */
export async function checkMigrating(database: Queryable, place: string, newest: number): Promise<boolean> {
  const found = await findSchema(database);
  if (found.here) refuseNewer(place, await readNewestMigration(database), newest);
  else if (found.elsewhere !== null || found.schema === null) throw new ConfigError(`${place} ${missing(found)}`);
  return !found.here;
}

interface FoundSchema {
  readonly user: string;
  /** The schema of unqualified names; null if there is none. */
  readonly schema: string | null;
  readonly here: boolean;
  readonly readable: boolean;
  /** Another schema that has our tables; null if none has. */
  readonly elsewhere: string | null;
}

async function findSchema(database: Queryable): Promise<FoundSchema> {
  // Read from the catalog, which needs no privileges.
  const { rows } = await database.query<FoundSchema>(
    `WITH ours AS (
       SELECT nspname, oid FROM (
         SELECT nspname, pg_class.oid, relname, count(*) OVER (PARTITION BY nspname) AS tables
         FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
         WHERE relname IN ('migrations', 'pending_operations') AND relkind = 'r'
       ) AS each WHERE tables = 2 AND relname = 'migrations'
     )
     SELECT current_user AS user, current_schema() AS schema,
            EXISTS (SELECT FROM ours WHERE nspname = current_schema()) AS here,
            EXISTS (SELECT FROM ours WHERE nspname = current_schema() AND has_table_privilege(oid, 'SELECT')) AS readable,
            (SELECT min(nspname) FROM ours WHERE nspname IS DISTINCT FROM current_schema()) AS elsewhere`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('the catalog did not answer');
  return found;
}

async function readNewestMigration(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ newest: number | null }>('SELECT max(id) AS newest FROM migrations');
  return rows[0]?.newest ?? 0;
}

function missing({ user, schema, elsewhere }: FoundSchema): string {
  const here = schema === null ? 'to no schema that it may use' : `to ${schema}`;
  if (elsewhere !== null)
    return (
      `has the tables of this service in the schema ${elsewhere}, but the search_path of user ${user} leads ${here}. ` +
      'Every user needs the search_path of the user that migrates.'
    );
  return schema === null
    ? `cannot be used: the search_path of user ${user} leads ${here}.`
    : 'has no schema: run the migrations first (npm run migrate).';
}

function refuseNewer(place: string, newest: number, known: number): void {
  if (newest <= known) return;
  throw new ConfigError(
    `${place} has a schema newer than this program: it is at migration ${newest}, and this program knows ${known}. ` +
      'Update the program.',
  );
}
