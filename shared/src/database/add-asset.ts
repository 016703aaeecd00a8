import type { Database } from './pool.ts';
import { type Asset, findAssetWithCode, insertAsset } from './tables/assets.ts';
import { type Actor, insertAct } from './tables/audit-log.ts';
import { inTransaction } from './transaction.ts';

/** `added`; `unchanged` if an identical asset exists; `asset_exists` if the code belongs to a different one. */
export type AddedAsset =
  | { readonly outcome: 'added' | 'unchanged' | 'asset_exists'; readonly asset: Asset }
  | { readonly outcome: 'too_many_assets' };

/**
 * Adds an asset with its house accounts and records the actor, in one transaction. When this returns, the asset is
 * usable in every process. It is permanent: assets are never changed or deleted.
 */
export async function addAsset(database: Database, wanted: Omit<Asset, 'id'>, by: Actor): Promise<AddedAsset> {
  return inTransaction(database, async (client) => {
    const outcome = await insertAsset(client, wanted);
    if (outcome === 'too_many_assets') return { outcome };
    const asset = await findAssetWithCode(client, wanted.code);
    if (asset === null) throw new Error(`asset ${wanted.code} cannot be found`);
    if (outcome === 'added') {
      await insertAct(client, by, {
        action: 'asset.added',
        subjectType: 'asset',
        subjectId: null,
        detail: { ...asset },
      });
      return { outcome, asset };
    }
    const { name, scale, transferable } = asset;
    const isSame = name === wanted.name && scale === wanted.scale && transferable === wanted.transferable;
    return { outcome: isSame ? 'unchanged' : 'asset_exists', asset };
  });
}
