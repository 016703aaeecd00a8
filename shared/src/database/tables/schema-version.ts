import type { Queryable } from '../pool.ts';

/**
 * The version of a schema: its last migration, and the oldest program that may work on it, by the last migration that
 * it knows.
 */
export interface SchemaVersion {
  readonly version: number;
  readonly oldestProgram: number;
}

export async function readSchemaVersion(database: Queryable): Promise<SchemaVersion> {
  const { rows } = await database.query<SchemaVersion>(
    'SELECT version, oldest_program AS "oldestProgram" FROM schema_version',
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the schema has no version');
  return row;
}

/**
 * Records a migration in the transaction that applies it. If older programs do not fit the schema after it, this waits
 * for their running transactions, which have all read the row in order to write, and blocks new ones until the
 * transaction ends.
 */
export async function noteSchemaVersion(database: Queryable, { version, oldestProgram }: SchemaVersion): Promise<void> {
  const found = await readSchemaVersion(database);
  if (oldestProgram > found.oldestProgram) await database.query('LOCK TABLE schema_version IN ACCESS EXCLUSIVE MODE');
  await database.query('UPDATE schema_version SET version = $1, oldest_program = greatest(oldest_program, $2)', [
    version,
    oldestProgram,
  ]);
}
