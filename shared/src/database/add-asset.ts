import type { Database } from './pool.ts';
import { type Asset, findAssetWithCode, insertAsset } from './tables/assets.ts';
import { type Actor, insertAct } from './tables/audit-log.ts';
import { inTransaction } from './transaction.ts';

/** `added`, or `unchanged` where there is the very same already; `asset_exists` where its code belongs to another. */
export type AddedAsset =
  | { readonly outcome: 'added' | 'unchanged' | 'asset_exists'; readonly asset: Asset }
  | { readonly outcome: 'too_many_assets' };

/**
 * Adds an asset with its house accounts, and writes down who did, in one transaction. When this returns, it is in effect in every
 * process. It is for good: an asset is never changed or deleted.
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
