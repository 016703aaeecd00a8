import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type TargetOperation, findTargets } from '@wallet/shared/database/tables/operation-terms';
import { type WalletFacts, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { inGroups } from '@wallet/shared/process/in-groups';
import { findAsset } from '../http/choose-asset.ts';
import { Refusal } from '../http/refusal.ts';
import { type Asked, type Facts, userKey } from './draft-operation.ts';
import { hasTerms } from './draft-terms.ts';
import { type TermsNeeds, findFactsOfTerms, targetsNamedIn, walletsNamedIn } from './find-facts-of-terms.ts';

/** What is looked up for operations. */
export interface FactNeeds extends TermsNeeds {
  /** What never changes about a wallet; null if there is none. */
  readonly findWallet: (id: string) => Promise<WalletFacts | null>;
  readonly findTarget: FindTarget;
}

/** What never changes about an operation, whose asset is known then; null if there is none. */
type FindTarget = (id: string) => Promise<TargetOperation | null>;

const GROUP_LIMIT = 500;

/** Makes the function that finds what operations name of others. Requests at the same time share a look-up. */
export function createFindTarget(database: Database, assets: Assets): FindTarget {
  return inGroups<string, TargetOperation | null>(GROUP_LIMIT, async (ids) => {
    const targets = await findTargets(database, ids);
    await assets.know(targets.map(({ assetId }) => assetId));
    const found = new Map(targets.map((target) => [target.id, target]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

const NO_WALLETS: Facts['wallets'] = new Map();
const NO_USERS: Facts['users'] = new Map();

/** Looks up what a request for an operation names. */
export async function findFacts(needs: FactNeeds, asked: Asked): Promise<Facts> {
  const { storing, assets, findWallet, findTarget } = needs;
  if (hasTerms(asked)) {
    const wallets = await findWallets(needs, [...new Set(walletsNamedIn(asked))]);
    const targets = (await Promise.all(targetsNamedIn([asked]).map(findTarget))).filter((found) => found !== null);
    return { assets, wallets, users: NO_USERS, terms: await findFactsOfTerms(needs, [asked], { wallets, targets }) };
  }
  if ('wallet_id' in asked) {
    const wallet = await findWallet(asked.wallet_id);
    const wallets = wallet === null ? NO_WALLETS : new Map([[wallet.id, wallet]]);
    return { assets, wallets, users: NO_USERS, terms: null };
  }
  if ('external_user_id' in asked) {
    const asset = await findAsset(assets, asked);
    if (asset instanceof Refusal) return { assets, wallets: NO_WALLETS, users: NO_USERS, terms: null };
    const login = asked.external_user_id;
    const [user] = await findUserWallets(storing, [{ login, assetId: asset.id }]);
    const users = user === undefined ? NO_USERS : new Map([[userKey(login, asset.id), user]]);
    return { assets, wallets: NO_WALLETS, users, terms: null };
  }
  const wallets = await findWallets(needs, [asked.from_wallet_id, asked.to_wallet_id]);
  return { assets, wallets, users: NO_USERS, terms: null };
}

async function findWallets({ findWallet }: FactNeeds, ids: readonly string[]): Promise<Map<string, WalletFacts>> {
  const found = await Promise.all(ids.map(findWallet));
  return new Map(found.flatMap((wallet) => (wallet === null ? [] : [[wallet.id, wallet]])));
}
