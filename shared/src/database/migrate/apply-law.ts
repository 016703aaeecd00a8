import { createHash } from 'node:crypto';
import type pg from 'pg';

/**
 * Replaces the functions and triggers of the law by those of `files`, in the current transaction. Replacing a trigger
 * waits for all writers of its table and blocks others meanwhile. So if all functions and triggers of the schema are as
 * these files left them, this does nothing and locks no table. The state after these files is stored on the law itself.
 * @throws the database's error if a table cannot be locked.
 */
export async function applyLaw(client: pg.ClientBase, files: readonly string[]): Promise<void> {
  const source = createHash('sha256').update(files.join('\0')).digest('hex');
  const { rows } = await client.query<{ found: string; noted: string | null }>(
    `SELECT (${STATE}) AS found, (${NOTE}) AS noted`,
  );
  if (rows[0]?.noted === noteOf(source, rows[0]?.found)) return;
  for (const file of files) await client.query(file);
  const after = await client.query<{ found: string }>(`SELECT (${STATE}) AS found`);
  await client.query(`COMMENT ON FUNCTION refuse_change() IS '${noteOf(source, after.rows[0]?.found)}'`);
}

function noteOf(source: string, found: string | undefined): string {
  return `The law, of files ${source} as ${found}`;
}

/** Everything that could weaken the law: the functions of the schema with their settings, and its triggers. */
const STATE = `SELECT md5(string_agg(line, '' ORDER BY line COLLATE "C")) FROM (
    SELECT pg_get_functiondef(oid) AS line FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prokind = 'f'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
    UNION ALL
    SELECT pg_get_triggerdef(pg_trigger.oid) || tgenabled::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal
  ) AS lines`;

const NOTE = `SELECT obj_description(oid, 'pg_proc') FROM pg_proc
  WHERE pronamespace = current_schema()::regnamespace AND proname = 'refuse_change'`;
