import type { Database } from './pool.ts';

/** Whether a database can be used: `read_only` on a standby, or where the role or the database says so. */
export type DatabaseState = 'up' | 'read_only' | 'down';

const ANSWER_MS = 2_000;

/** Asks the database whether it takes writes. Without an answer in two seconds it is down. */
export async function readDatabaseState(database: Database): Promise<DatabaseState> {
  const asked = database
    .query<{ readOnly: boolean }>(`SELECT current_setting('transaction_read_only')::boolean AS "readOnly"`)
    .then(
      ({ rows }): DatabaseState => (rows[0]?.readOnly === false ? 'up' : 'read_only'),
      (): DatabaseState => 'down',
    );
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<DatabaseState>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, 'down');
  });
  const state = await Promise.race([asked, deadline]);
  clearTimeout(timer);
  return state;
}
