import type { WalletStatus } from '../../operation.ts';
import { arrayLiteral } from '../array-literal.ts';
import type { Queryable } from '../pool.ts';
import { FOREIGN_KEY_VIOLATION, UNIQUE_VIOLATION, constraintOf, sqlstateOf } from '../sqlstate.ts';

/** What never changes about a wallet. */
export interface WalletFacts {
  readonly id: string;
  readonly assetId: number;
}

/** A wallet as it stands. */
export interface Wallet extends WalletFacts {
  readonly clientId: string | null;
  readonly status: WalletStatus;
  readonly balance: bigint;
  readonly version: bigint;
  readonly pendingOperations: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type CreatedWallet = 'created' | 'wallet_exists' | 'client_has_wallet' | 'client_not_found';

/** Makes a wallet and its account, both or neither. */
export async function createWallet(
  database: Queryable,
  wallet: { id: string; clientId: string | null; assetId: number },
): Promise<CreatedWallet> {
  try {
    await database.query({
      name: 'createWallet',
      text: `WITH wallet AS (
               INSERT INTO wallets (id, client_id, asset_id) VALUES ($1, $2, $3) RETURNING id, asset_id
             )
             INSERT INTO accounts (wallet_id, asset_id) SELECT id, asset_id FROM wallet`,
      values: [wallet.id, wallet.clientId, wallet.assetId],
    });
    return 'created';
  } catch (error) {
    const constraint = constraintOf(error);
    if (sqlstateOf(error) === UNIQUE_VIOLATION) {
      return constraint === 'wallets_client_id_asset_id_key' ? 'client_has_wallet' : 'wallet_exists';
    }
    if (sqlstateOf(error) === FOREIGN_KEY_VIOLATION && constraint === 'wallets_client_id_fkey') {
      return 'client_not_found';
    }
    throw error;
  }
}

/** The facts of those of the wallets that exist. */
export async function findWalletFacts(database: Queryable, ids: readonly string[]): Promise<WalletFacts[]> {
  const { rows } = await database.query<WalletFacts>({
    name: 'findWalletFacts',
    text: 'SELECT id, asset_id AS "assetId" FROM wallets WHERE id = ANY ($1::uuid[])',
    values: [arrayLiteral(ids)],
  });
  return rows;
}

export async function findWallet(database: Queryable, id: string): Promise<Wallet | null> {
  const { rows } = await database.query<Wallet>({
    name: 'findWallet',
    text: `SELECT wallets.id, wallets.asset_id AS "assetId", wallets.client_id AS "clientId", accounts.status,
                  accounts.balance, accounts.version, wallets.created_at AS "createdAt",
                  accounts.updated_at AS "updatedAt",
                  (SELECT count(*) FROM pending_operations WHERE wallet_id = wallets.id) AS "pendingOperations"
           FROM wallets JOIN accounts ON accounts.wallet_id = wallets.id
           WHERE wallets.id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The client's wallet of an asset; null if there is none. */
export async function findClientWallet(database: Queryable, clientId: string, assetId: number): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>({
    name: 'findClientWallet',
    text: 'SELECT id FROM wallets WHERE client_id = $1 AND asset_id = $2',
    values: [clientId, assetId],
  });
  return rows[0]?.id ?? null;
}
