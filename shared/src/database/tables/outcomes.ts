import { KINDS, type Kind } from '../../words/kinds.ts';
import { MAX_MINOR_UNITS } from '../../words/money.ts';
import { OPERATION_TYPES } from '../../words/operation.ts';

/**
 * SQL for the outcomes of `operations`. An operation has succeeded when it has a movement under leg 0, and failed when
 * it has a failure; until then it is pending.
 */

/** Joins the outcome of each operation, look-up by look-up; failures are looked up only if nothing has moved. */
const leftJoin = (columns: string): string => `LEFT JOIN LATERAL (
      SELECT ${columns} FROM movements WHERE operation_id = operations.id AND leg = 0 OFFSET 0
    ) AS movement ON true
    LEFT JOIN LATERAL (
      SELECT ${columns} FROM failures WHERE operation_id = CASE WHEN movement.operation_id IS NULL THEN operations.id END OFFSET 0
    ) AS failure ON true`;

/** For `OUTCOME_COLUMNS`. */
export const LEFT_JOIN_OUTCOME = leftJoin('*');
/** For `HAS_NOT_ENDED`: no other column of it can be named. */
export const LEFT_JOIN_ENDED = leftJoin('operation_id');

export const HAS_NOT_ENDED = 'movement.operation_id IS NULL AND failure.operation_id IS NULL';

const listOf = (isListed: (kind: Kind) => boolean): string =>
  OPERATION_TYPES.filter((type) => isListed(KINDS[type]))
    .map((type) => `'${type}'`)
    .join(', ');

const GAINING = listOf(({ to }) => to === 'wallet');
const GIVING = listOf(({ from }) => from === 'wallet');
const sideOfWallet = (column: 'balance' | 'version'): string =>
  `CASE WHEN operations.type IN (${GAINING}) THEN movement.to_${column}
              WHEN operations.type IN (${GIVING}) THEN movement.from_${column} END`;

/**
 * The outcome columns of `Operation`, except those that `addTerms` adds. The type tells which side of a movement is the
 * wallet's.
 */
export const OUTCOME_COLUMNS = `
         CASE WHEN movement.operation_id IS NOT NULL THEN 'succeeded' WHEN failure.operation_id IS NOT NULL THEN 'failed'
              WHEN operations.seq IS NULL AND operations.batch_id IS NULL THEN 'scheduled'
              ELSE 'pending' END AS status,
         coalesce(movement.created_at, failure.completed_at) AS "completedAt", failure.error_code AS "errorCode",
         coalesce(${sideOfWallet('balance')}::bigint, failure.wallet_balance) AS "walletBalance",
         coalesce(${sideOfWallet('version')}, failure.wallet_version) AS "walletVersion",
         coalesce(CASE WHEN operations.to_wallet_id IS NOT NULL THEN movement.to_balance END::bigint,
                  failure.to_wallet_balance) AS "toWalletBalance",
         coalesce(CASE WHEN operations.to_wallet_id IS NOT NULL THEN movement.to_version END,
                  failure.to_wallet_version) AS "toWalletVersion",
         (SELECT least(reversed, ${MAX_MINOR_UNITS})::bigint FROM reversed_operations
          WHERE operation_id = operations.id) AS reversed, NULL::json AS terms, NULL::bigint AS "heldBalance"`;
