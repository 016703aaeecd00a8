import type { Account } from '../../ledger/plan.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';

/** A system account: one per asset and partition. */
export interface Treasury {
  readonly assetId: number;
  readonly partition: number;
}

/** An account under its row lock, with whose it is: a wallet's, or the treasury of its asset and `partition`. */
export interface LockedAccount extends Account {
  readonly walletId: string | null;
  readonly assetId: number;
  readonly partition: number | null;
}

/**
 * Locks the accounts of the wallets and the treasuries until the transaction ends, in the order of their ids: whoever
 * locks accounts does it here, so no two transactions can wait for each other.
 * @returns their latest committed state; an account that does not exist is left out.
 */
export async function lockAccounts(
  database: Queryable,
  walletIds: readonly string[],
  treasuries: readonly Treasury[],
): Promise<LockedAccount[]> {
  const { rows } = await database.query<LockedAccount>({
    name: 'lockAccounts',
    text: `SELECT id, wallet_id AS "walletId", wallet_id IS NULL AS "isSystem", asset_id AS "assetId", partition, status,
                  balance, version
           FROM accounts
           WHERE id IN (
             SELECT accounts.id FROM unnest($1::uuid[]) AS wanted (id)
             JOIN accounts ON accounts.wallet_id = wanted.id
             UNION ALL
             SELECT accounts.id FROM unnest($2::smallint[], $3::smallint[]) AS wanted (asset_id, partition)
             JOIN accounts ON accounts.system = 'treasury' AND accounts.asset_id = wanted.asset_id
               AND accounts.partition = wanted.partition
           )
           ORDER BY id
           FOR UPDATE`,
    values: [
      arrayLiteral(walletIds),
      arrayLiteral(treasuries.map((treasury) => treasury.assetId)),
      arrayLiteral(treasuries.map((treasury) => treasury.partition)),
    ],
  });
  return rows;
}
