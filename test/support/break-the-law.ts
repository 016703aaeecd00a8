import type { Client, Database } from '@wallet/shared/database/pool';

/** Runs statements with every trigger and foreign key switched off, as only a malicious superuser can. */
export async function breakTheLaw(database: Database, ...statements: string[]): Promise<void> {
  const client: Client = await database.connect();
  try {
    await client.query('SET session_replication_role = replica');
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.query('RESET session_replication_role');
    client.release();
  }
}
