import { newId } from '@wallet/shared/words/ids';
import type { Queryable } from '@wallet/shared/database/pool';

interface Scheduled {
  readonly id: string;
  readonly wallet: string;
  readonly to?: string;
  readonly type?: string;
  /** In minor units. */
  readonly amount?: number;
  readonly priority?: 'high' | 'low';
  /** When it is due, in seconds from now; in the past if negative. */
  readonly inS: number;
  /** Other values for its row in the schedule. */
  readonly partition?: number;
  readonly at?: string;
}

/** The statement that accepts an operation and schedules it. */
export function acceptScheduled({ id, wallet, to, inS, ...more }: Scheduled): string {
  const { type = 'deposit', amount = 100, priority = 'high', at = 'execute_at' } = more;
  return `WITH accepted AS (
            INSERT INTO operations (id, wallet_id, to_wallet_id, asset_id, type, amount, priority, created_at, execute_at)
            SELECT '${id}', wallet_id, ${to === undefined ? 'NULL' : `'${to}'`}, asset_id, '${type}', ${amount}, '${priority}',
                   clock_timestamp(), clock_timestamp() + ${inS} * interval '1 second'
            FROM accounts WHERE wallet_id = '${wallet}'
            RETURNING id, wallet_id, execute_at
          )
          INSERT INTO scheduled_operations (operation_id, execute_at, partition)
          SELECT accepted.id, ${at}, ${more.partition ?? 'wallet_hash % partitions'}
          FROM accepted JOIN accounts ON accounts.wallet_id = accepted.wallet_id CROSS JOIN settings`;
}

/** Accepts an operation and schedules it. @returns its id. */
export async function schedule(database: Queryable, order: Omit<Scheduled, 'id'>): Promise<string> {
  const id = newId();
  await database.query(acceptScheduled({ ...order, id }));
  return id;
}
