import { z } from 'zod';
import type { Database } from '../database/pool.ts';
import type { Logger } from './logger.ts';

/**
 * Whether a standby must confirm acknowledged operations: `expected`, or `none` if there is intentionally no standby.
 */
export const synchronousStandbySetting = z.enum(['expected', 'none']).default('expected');
export type SynchronousStandby = z.infer<typeof synchronousStandbySetting>;

/** Warns if acknowledged operations are on one server only, so that a failover can lose them. */
export async function warnOfFailover(database: Database, expected: SynchronousStandby, log: Logger): Promise<void> {
  if (expected === 'none') return;
  const { rows } = await database.query<{ names: string }>(
    `SELECT current_setting('synchronous_standby_names') AS names`,
  );
  if (rows[0]?.names !== '') return;
  log.warn(
    'the database has no synchronous standby (synchronous_standby_names is empty): a failover can lose what was acknowledged. ' +
      'SYNCHRONOUS_STANDBY=none silences this',
  );
}
