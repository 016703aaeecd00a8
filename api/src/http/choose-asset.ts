import type { Assets, KnownAssets } from '@wallet/shared/database/assets';
import type { Asset } from '@wallet/shared/database/tables/assets';
import { ASSET_CODE, ASSET_ID_MOST } from '@wallet/shared/words/asset';
import { type Refusal, refuseField } from './refusal.ts';

/** How requests name an asset: by code, or by number under the name that an earlier service used. */
export interface AssetChoice {
  readonly asset?: string | null | undefined;
  readonly asset_type_id?: number | null | undefined;
}

/**
 * The named asset, among those that this process knows. Refused if no asset is named, two different ones are, or it is
 * unknown.
 */
export function chooseAsset(assets: KnownAssets, choice: AssetChoice): Asset | Refusal<'invalid_request'> {
  const byCode = choice.asset == null ? null : assets.withCode(choice.asset);
  const byId = choice.asset_type_id == null ? null : assets.list.find(({ id }) => id === choice.asset_type_id);
  if (choice.asset != null && byCode === null) return refuseField('asset', `there is no asset ${choice.asset}`);
  if (choice.asset_type_id != null && byId === undefined) {
    return refuseField('asset_type_id', `there is no asset ${choice.asset_type_id}`);
  }
  const asset = byCode ?? byId;
  if (asset == null) return refuseField('asset', 'name the asset, as asset or asset_type_id');
  if (byCode && byId && byCode !== byId) {
    return refuseField('asset', 'asset and asset_type_id name different assets');
  }
  return asset;
}

/** The same over all existing assets: one that was added since this process read them is found too. */
export async function findAsset(assets: Assets, choice: AssetChoice): Promise<Asset | Refusal<'invalid_request'>> {
  if (mayBeAdded(assets, choice)) await assets.readAnew();
  return chooseAsset(assets, choice);
}

/** Whether the named asset is unknown to this process but may exist. */
export function mayBeAdded(assets: KnownAssets, { asset, asset_type_id: id }: AssetChoice): boolean {
  if (asset != null && assets.withCode(asset) === null && ASSET_CODE.test(asset)) return true;
  return id != null && id > 0 && id <= ASSET_ID_MOST && !assets.list.some((each) => each.id === id);
}
