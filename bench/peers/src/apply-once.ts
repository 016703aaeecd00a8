import pg from 'pg';
import { type Answer, type WalletOperation, applyOperation } from '../../baselines/apply-operation.ts';

/** Operations that a peer's worker processes at once, and its connections for them. */
export const AT_ONCE = 16;

const UNIQUE_VIOLATION = '23505';

/**
 * The transaction of the baselines. The peers run a handler at least once: if an earlier run was committed and the peer
 * did not learn of it, the history already has the line, and nothing is applied again. A rejection is a result, not an
 * error.
 */
export async function applyOnce(pool: pg.Pool, operation: WalletOperation): Promise<Answer | 'already_applied'> {
  try {
    return await applyOperation(pool, operation);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (error.code === UNIQUE_VIOLATION && error.constraint === 'history_pkey') return 'already_applied';
    throw error;
  }
}
