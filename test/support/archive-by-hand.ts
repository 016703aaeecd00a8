import type { Database } from '@wallet/shared/database/pool';
import type { Test } from 'supertest';
import type { Service } from './service.ts';

const NOW = new Date();
/** What happens now is made to have happened in the middle of a month more than a year ago, */
const OLD_MS = NOW.getTime() - Date.UTC(NOW.getUTCFullYear(), NOW.getUTCMonth() - 13, 15);
/** which is in the files of that month. */
const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);
const MONTH = monthOf(NOW.getTime() - OLD_MS);
const NEXT_MONTH = monthOf(Date.parse(`${MONTH}-15`) + 30 * 24 * 3_600_000);
export const END = `${NEXT_MONTH}-01T00:00:00.000Z`;
export const PLACE = { month: MONTH, archived_before: END };

/** Everything happened this many milliseconds earlier. */
function olderId(id: string, ms: number): string {
  const hex = (parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - ms).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}${id.slice(13)}`;
}

/** Makes everything so far this many milliseconds older. The ids of operations and batches change. */
async function makeOlder(database: Database, ms: number): Promise<void> {
  const ids = {
    operations: ['id', 'batch_id'],
    movements: ['operation_id'],
    failures: ['operation_id'],
    operation_keys: ['operation_id'],
    operation_terms: ['operation_id', 'target_id'],
    operation_legs: ['operation_id'],
    holds: ['operation_id'],
    reversed_operations: ['operation_id'],
    accounts: ['last_operation_id'],
    batches: ['id', 'retry_of'],
    batch_parts: ['batch_id', 'after_id', 'last_id'],
    batch_totals: ['batch_id'],
    batch_replays: ['batch_id', 'operation_id'],
  };
  const times = {
    operations: ['created_at'],
    movements: ['created_at'],
    failures: ['completed_at'],
    batches: ['accepted_at', 'finished_at'],
  };
  const shifted = Object.entries(ids).map(([table, columns]) => {
    const older = columns.map((column) => `${column} = pg_temp.older(${column})`);
    const moved = ((times as Partial<Record<string, string[]>>)[table] ?? []).map(
      (column) => `${column} = ${column} - interval '${ms} milliseconds'`,
    );
    return `UPDATE ${table} SET ${[...older, ...moved].join(', ')};`;
  });
  await database.query(`BEGIN; SET LOCAL session_replication_role = replica;
    CREATE FUNCTION pg_temp.older(id uuid) RETURNS uuid LANGUAGE sql AS $$
      SELECT (lpad(to_hex(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint - ${ms}), 12, '0')
              || substr(replace(id::text, '-', ''), 13))::uuid
    $$;
    ${shifted.join('\n')}
    UPDATE batches SET idempotency_key = 'retry:' || retry_of WHERE retry_of IS NOT NULL;
    DROP FUNCTION pg_temp.older(uuid); COMMIT`);
}

/**
 * Archives ended operations of the months before `month` (`YYYY-MM`), as `npm run archive -- --before` does, but writes
 * no files. `but`: operations that are left for a later month.
 */
async function archiveByHand(database: Database, month: string, but: readonly string[] = []): Promise<void> {
  const end = Date.parse(`${month}-01T00:00:00Z`);
  const hex = end.toString(16).padStart(12, '0');
  const beforeId = `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
  await database.query(`BEGIN; SET LOCAL session_replication_role = replica;
    CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
      SELECT id FROM operations
      WHERE id < '${beforeId}' AND NOT id = ANY ('{${but.join(',')}}')
        AND (id IN (SELECT operation_id FROM movements) OR id IN (SELECT operation_id FROM failures));
    INSERT INTO archive_checkpoints (account_id, version, balance, operation_id, moved_at)
      SELECT DISTINCT ON (account_id) account_id, version, balance, operation_id, created_at
      FROM entries JOIN taken ON taken.id = operation_id ORDER BY account_id, version DESC
      ON CONFLICT (account_id) DO UPDATE
        SET version = excluded.version, balance = excluded.balance, operation_id = excluded.operation_id,
            moved_at = excluded.moved_at;
    INSERT INTO archives (month, before_id, operations, movements, failures, manifest_hash, removed_at)
      SELECT '${month}-01'::date - interval '1 month', '${beforeId}', count(*), 0, 0, sha256(''), now() FROM taken;
    DELETE FROM movements USING taken WHERE operation_id = taken.id;
    DELETE FROM failures USING taken WHERE operation_id = taken.id;
    DELETE FROM operation_terms USING taken WHERE operation_id = taken.id;
    DELETE FROM operation_legs USING taken WHERE operation_id = taken.id;
    DELETE FROM holds USING taken WHERE operation_id = taken.id;
    DELETE FROM reversed_operations USING taken WHERE operation_id = taken.id;
    DELETE FROM operations USING taken WHERE operations.id = taken.id;
    COMMIT`);
}

/** The id of an operation or a batch after `age`, by the earlier one. */
export const older = (id: string): string => olderId(id, OLD_MS);

/** Waits until everything has ended, and makes it old enough to be archived. */
export async function age(service: Service): Promise<void> {
  await service.drained();
  await makeOlder(service.database, OLD_MS);
}

/** Archives what is old, but for the operations that had these ids before. */
export function archive(
  { database }: Service,
  { before = NEXT_MONTH, but = [] }: { before?: string; but?: readonly string[] } = {},
): Promise<void> {
  return archiveByHand(database, before, but.map(older));
}

export async function expectGone(asked: Test, code: string, more: object = {}): Promise<Record<string, any>> {
  const { body } = await asked.expect(410).expect('Content-Type', /problem\+json/);
  expect(body).toMatchObject({ code, ...more });
  return body;
}
