import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type TargetOperation, findTargets } from '@wallet/shared/database/tables/operation-terms';
import { type WalletFacts, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { inGroups } from '@wallet/shared/process/in-groups';
import { monthOf, monthOfId } from '@wallet/shared/words/month';
import { LRUCache } from 'lru-cache';
import { findAsset } from '../http/choose-asset.ts';
import { Refusal } from '../http/refusal.ts';
import { type Asked, type Facts, userKey } from './draft-operation.ts';
import { hasTerms } from './draft-terms.ts';
import { type TermsNeeds, findFactsOfTerms, targetNamedIn, walletsNamedIn } from './find-facts-of-terms.ts';

/** The look-ups for operations. */
export interface FactNeeds extends TermsNeeds {
  /** The immutable facts of a wallet; null if it does not exist. */
  readonly findWallet: (id: string) => Promise<WalletFacts | null>;
  readonly targets: FindTarget;
}

/** The immutable facts of operations that others name. */
export interface FindTarget {
  /** The asset of the result is known. Null if there is no such operation. */
  readonly one: (id: string) => Promise<TargetOperation | null>;
  /** Remembers an operation that was accepted here, and so will soon be named. */
  readonly keep: (target: TargetOperation) => void;
  /** Forgets everything found: it may have been lost when a standby was promoted. */
  readonly forget: () => void;
}

const GROUP_LIMIT = 500;
const KEPT_TARGETS = 100_000;

/**
 * Finds operations that others name. Concurrent requests share a look-up, and results are kept as long as they cannot
 * be archived: in the month of their id.
 */
export function createFindTarget(database: Database, assets: Assets): FindTarget {
  const kept = new LRUCache<string, TargetOperation>({ max: KEPT_TARGETS });
  const look = inGroups<string, TargetOperation | null>(GROUP_LIMIT, async (ids) => {
    const targets = await findTargets(database, ids);
    await assets.know(targets.map(({ assetId }) => assetId));
    const found = new Map(targets.map((target) => [target.id, target]));
    return ids.map((id) => found.get(id) ?? null);
  });
  return {
    async one(id) {
      const known = monthOfId(id) === monthOf(new Date()) ? kept.get(id) : undefined;
      if (known !== undefined) return known;
      const found = await look(id);
      if (found !== null) kept.set(id, found);
      return found;
    },
    keep({ id, type, walletId, assetId }) {
      kept.set(id, { id, type, walletId, assetId });
    },
    forget() {
      kept.clear();
    },
  };
}

const NO_WALLETS: Facts['wallets'] = new Map();
const NO_USERS: Facts['users'] = new Map();

/** Looks up everything that a request for an operation names. */
export async function findFacts(needs: FactNeeds, asked: Asked): Promise<Facts> {
  const { storing, assets, findWallet, targets: known } = needs;
  if (hasTerms(asked)) {
    const wallets = await findWallets(needs, walletsNamedIn(asked));
    const named = targetNamedIn(asked);
    const target = named === null ? null : await known.one(named);
    const found = { wallets, targets: target === null ? [] : [target] };
    return { assets, wallets, users: NO_USERS, terms: await findFactsOfTerms(needs, [asked], found) };
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

async function findWallets({ findWallet }: FactNeeds, ids: readonly string[]): Promise<Facts['wallets']> {
  if (ids.length === 0) return NO_WALLETS;
  const wallets = new Map<string, WalletFacts>();
  for (const wallet of await Promise.all(ids.map(findWallet))) if (wallet !== null) wallets.set(wallet.id, wallet);
  return wallets;
}
