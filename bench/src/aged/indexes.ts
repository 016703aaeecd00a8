import type { Client } from '@wallet/shared/database/pool';

/**
 * Drops the indexes of tables, and their primary keys. @returns the statements that create them again, by table; the
 * columns of a key stay NOT NULL.
 */
export async function dropIndexes(
  client: Client,
  tables: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await client.query<{ table: string; drop: string; make: string }>(
    `SELECT indrelid::regclass::text AS table,
            CASE WHEN conname IS NULL THEN format('DROP INDEX %s', indexrelid::regclass)
                 ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', indrelid::regclass, conname) END AS drop,
            CASE WHEN conname IS NULL THEN pg_get_indexdef(indexrelid)
                 ELSE format('ALTER TABLE %s ADD CONSTRAINT %I %s', indrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
              END AS make
     FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
     WHERE indrelid = ANY ($1::regclass[]) ORDER BY indexrelid`,
    [tables],
  );
  for (const { drop } of rows) await client.query(drop);
  return new Map(tables.map((table) => [table, rows.filter((row) => row.table === table).map(({ make }) => make)]));
}

/**
 * Drops the check of the form of keys from operations, and restores it for later ones: it took Postgres 8 µs per copied
 * key, four times as much as the rest of its row.
 */
export async function suspendKeyCheck(client: Client): Promise<() => Promise<void>> {
  const name = 'operations_idempotency_key_check';
  const { rows } = await client.query<{ check: string }>(
    `SELECT pg_get_constraintdef(oid) AS check FROM pg_constraint WHERE conrelid = 'operations'::regclass AND conname = $1`,
    [name],
  );
  if (rows[0] === undefined) return () => Promise.resolve();
  await client.query(`ALTER TABLE operations DROP CONSTRAINT ${name}`);
  return async () => {
    await client.query(`ALTER TABLE operations ADD CONSTRAINT ${name} ${rows[0]?.check} NOT VALID`);
  };
}

export async function makeIndexes(client: Client, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement);
}
