import { findClientByLogin } from '@wallet/shared/database/tables/clients';
import type { Asset } from '@wallet/shared/database/tables/assets';
import { createWallet, findClientWallet } from '@wallet/shared/database/tables/wallets';
import { firstWalletId } from '@wallet/shared/ids';
import { KINDS } from '@wallet/shared/kinds';
import type { OperationType } from '@wallet/shared/operation';
import type { Api } from './context.ts';
import { Problem } from './http/problem.ts';
import { invalid } from './http/schemas.ts';
import { readAmount } from './submit-operation.ts';

/** How requests name an asset: by code, or by number under the name that an earlier service used. */
export interface AssetChoice {
  readonly asset?: string | null | undefined;
  readonly asset_type_id?: number | null | undefined;
}

/** @throws Problem if the asset is not named, named twice differently, or unknown. */
export function chooseAsset(api: Api, choice: AssetChoice): Asset {
  const byCode = choice.asset == null ? null : api.assets.withCode(choice.asset);
  const byId = choice.asset_type_id == null ? null : api.assets.list.find(({ id }) => id === choice.asset_type_id);
  if (choice.asset != null && byCode === null) {
    throw invalid([{ path: 'asset', message: `there is no asset ${choice.asset}` }]);
  }
  if (choice.asset_type_id != null && byId === undefined) {
    throw invalid([{ path: 'asset_type_id', message: `there is no asset ${choice.asset_type_id}` }]);
  }
  const asset = byCode ?? byId;
  if (asset == null) throw invalid([{ path: 'asset', message: 'name the asset, as asset or asset_type_id' }]);
  if (byCode && byId && byCode !== byId) {
    throw invalid([{ path: 'asset', message: 'asset and asset_type_id name different assets' }]);
  }
  return asset;
}

/**
 * The id of a user's wallet of an asset. A user who is credited for the first time gets one; the amount is checked before,
 * so that a refused request leaves nothing behind.
 * @throws Problem `user_not_found`, or `wallet_not_found` for an operation that takes from a wallet that is not there.
 */
export async function findUserWallet(
  api: Api,
  login: string,
  choice: AssetChoice,
  type: OperationType,
  amount: string,
): Promise<string> {
  const asset = chooseAsset(api, choice);
  readAmount(amount, asset);
  const client = await findClientByLogin(api.storing, login);
  if (client === null) throw new Problem('user_not_found', `There is no user ${login}.`);
  const found = await findClientWallet(api.storing, client.id, asset.id);
  if (found !== null) return found;
  if (KINDS[type].to !== 'wallet') {
    throw new Problem('wallet_not_found', `The user ${login} has no wallet of ${asset.code}.`);
  }
  const id = firstWalletId(client.id, asset.id);
  const created = await createWallet(api.storing, { id, clientId: client.id, assetId: asset.id });
  if (created === 'created') return id;
  // Somebody made it at the same moment.
  const other = await findClientWallet(api.storing, client.id, asset.id);
  if (other === null) throw new Error(`the wallet of client ${client.id} could not be made: ${created}`);
  return other;
}
