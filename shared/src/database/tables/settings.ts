import { ConfigError } from '../../words/config-error.ts';
import type { Queryable } from '../pool.ts';
import { UNDEFINED_TABLE, sqlstateOf } from '../sqlstate.ts';

/**
 * The number of partitions this database was created for.
 * @throws ConfigError if the schema is missing, or if the process is configured for another number.
 */
export async function readPartitions(database: Queryable, configured: number | undefined): Promise<number> {
  const { rows } = await database
    .query<{ partitions: number }>('SELECT partitions FROM settings')
    .catch((error: unknown) => {
      throw sqlstateOf(error) === UNDEFINED_TABLE ? schemaMissing() : error;
    });
  const stored = rows[0]?.partitions;
  if (stored === undefined) throw schemaMissing();
  if (configured !== undefined && configured !== stored) {
    throw new ConfigError(
      `PARTITIONS is ${configured}, but this database was made for ${stored}. It cannot change while operations exist.`,
    );
  }
  return stored;
}

function schemaMissing(): ConfigError {
  return new ConfigError('The database has no schema: run the migrations first (npm run migrate).');
}
