import type { Database } from './pool.ts';
import { READ_ONLY, sqlstateOf } from './sqlstate.ts';

/** Whether a database can be used: `read_only` on a standby, or if the role or the database is set so. */
export type DatabaseState = 'up' | 'read_only' | 'down';

const ANSWER_MS = 2_000;

/** Asks the database whether it accepts writes. Without an answer in two seconds it is down. */
export async function readDatabaseState(database: Database): Promise<DatabaseState> {
  const asked = takesWrites(database).then(
    (takes): DatabaseState => (takes ? 'up' : 'read_only'),
    (error: unknown): DatabaseState => (sqlstateOf(error) === READ_ONLY ? 'read_only' : 'down'),
  );
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<DatabaseState>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, 'down');
  });
  const state = await Promise.race([asked, deadline]);
  clearTimeout(timer);
  return state;
}

/** A read-only connection is closed, so that the next one goes to a host that accepts writes. */
async function takesWrites(database: Database): Promise<boolean> {
  const client = await database.connect();
  let isWritable = false;
  try {
    const { rows } = await client.query<{ readOnly: boolean }>(
      `SELECT current_setting('transaction_read_only')::boolean AS "readOnly"`,
    );
    isWritable = rows[0]?.readOnly === false;
    return isWritable;
  } finally {
    client.release(!isWritable);
  }
}
