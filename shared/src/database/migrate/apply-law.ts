import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { sqlstateOf } from '../sqlstate.ts';

/**
 * Replaces the functions and triggers of the law by those of `files`, in one transaction. To replace a trigger waits for
 * everybody who writes to its table, and keeps others waiting: so nothing is done, and no table is locked, where every function
 * and trigger of the schema is as these files left it. It is written down on the law itself what that was.
 * @returns whether anything was replaced.
 * @throws the database's error if a table cannot be had, after many tries. Then the law is what it was.
 */
export async function applyLaw(client: pg.ClientBase, files: readonly string[]): Promise<boolean> {
  const source = createHash('sha256').update(files.join('\0')).digest('hex');
  const { rows } = await client.query<{ found: string; noted: string | null }>(
    `SELECT (${STATE}) AS found, (${NOTE}) AS noted`,
  );
  if (rows[0]?.noted === noteOf(source, rows[0]?.found)) return false;
  for (let tries = 1; ; tries += 1) {
    try {
      await client.query(`BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}`);
      for (const file of files) await client.query(file);
      const after = await client.query<{ found: string }>(`SELECT (${STATE}) AS found`);
      await client.query(`COMMENT ON FUNCTION refuse_change() IS '${noteOf(source, after.rows[0]?.found)}'`);
      await client.query('COMMIT');
      return true;
    } catch (error) {
      await client.query('ROLLBACK');
      if (tries === MOST_TRIES || !IN_THE_WAY.has(sqlstateOf(error) ?? '')) throw error;
      await delay(PAUSE_MS * (1 + Math.random()));
    }
  }
}

const LOCK_MS = 2_000;
const MOST_TRIES = 20;
const PAUSE_MS = 100;
/** A deadlock with a process that works, and a lock that was waited for in vain. */
const IN_THE_WAY = new Set(['40P01', '55P03']);

function noteOf(source: string, found: string | undefined): string {
  return `The law, of files ${source} as ${found}`;
}

/** Everything that the law could be weaker by: the functions of the schema with their settings, and its triggers. */
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
