import type { Account } from '../../ledger/account.ts';
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

const ACCOUNT = `accounts.id, accounts.wallet_id AS "walletId", accounts.wallet_id IS NULL AS "isSystem",
  accounts.asset_id AS "assetId", accounts.partition, accounts.status, accounts.balance,
  accounts.credit_limit AS "creditLimit", accounts.version`;

/**
 * Locks the accounts of the wallets and the treasuries until the transaction ends: treasuries first, and each kind in the
 * order of their ids. Whoever locks accounts does it here, so no two transactions can wait for each other.
 * @returns their latest committed state; an account that does not exist is left out.
 */
export async function lockAccounts(
  database: Queryable,
  walletIds: readonly string[],
  treasuries: readonly Treasury[],
): Promise<LockedAccount[]> {
  const { rows } = await database.query<Omit<LockedAccount, 'balance'> & { balance: string }>({
    name: 'lockAccounts',
    text: `WITH treasuries AS MATERIALIZED (
             SELECT ${ACCOUNT}
             FROM unnest($2::smallint[], $3::smallint[]) AS wanted (asset_id, partition)
             JOIN accounts ON accounts.system = 'treasury' AND accounts.asset_id = wanted.asset_id
               AND accounts.partition = wanted.partition
             ORDER BY accounts.id FOR UPDATE OF accounts
           ), wallets AS MATERIALIZED (
             SELECT ${ACCOUNT}
             FROM unnest($1::uuid[]) AS wanted (id) JOIN accounts ON accounts.wallet_id = wanted.id
             WHERE (SELECT count(*) FROM treasuries) >= 0
             ORDER BY accounts.id FOR UPDATE OF accounts
           )
           SELECT * FROM treasuries UNION ALL SELECT * FROM wallets`,
    values: [
      arrayLiteral(walletIds),
      arrayLiteral(treasuries.map((treasury) => treasury.assetId)),
      arrayLiteral(treasuries.map((treasury) => treasury.partition)),
    ],
  });
  // A numeric arrives as text. Rows are changed in place, because this runs for every account of every drain.
  return rows.map((row) => Object.assign(row, { balance: BigInt(row.balance) }));
}
