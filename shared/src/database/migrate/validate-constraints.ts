import type pg from 'pg';
import { inPatientTransaction } from './patient-transaction.ts';

/** Large tables whose constraints are added without looking at the rows that exist. */
const TABLES = ['accounts', 'operations', 'audit_log'];

/**
 * Validates the constraints that migrations added to large tables as NOT VALID: all rows are read, under a lock that nobody who reads
 * or writes rows waits for. Safe to repeat.
 */
export async function validateConstraints(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ table: string; name: string }>(
    `SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name FROM pg_constraint
     WHERE conrelid = ANY ($1::regclass[]) AND NOT convalidated`,
    [TABLES],
  );
  for (const { table, name } of rows)
    await inPatientTransaction(client, () => client.query(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}`));
}
