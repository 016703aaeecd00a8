import type pg from 'pg';
import { inPatientTransaction } from './patient-transaction.ts';

/** Large tables whose constraints are added without checking existing rows. */
const TABLES = ['accounts', 'operations', 'audit_log'];

/**
 * Validates the constraints that migrations added to large tables as NOT VALID: it reads all rows, under a lock that
 * blocks neither readers nor writers. Safe to repeat.
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
