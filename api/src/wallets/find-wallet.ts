import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import { type WalletFacts, findWalletFacts } from '@wallet/shared/database/tables/wallets';
import { LRUCache } from 'lru-cache';
import { inGroups } from '@wallet/shared/process/in-groups';

const CACHED_WALLETS = 200_000;
const GROUP_LIMIT = 500;

/**
 * Finds the immutable facts of wallets, which are therefore kept. Unknown wallets are queried every time. The assets of
 * the results are known.
 */
export interface FindWallet {
  readonly one: (id: string) => Promise<WalletFacts | null>;
  /** The wallets that exist. */
  readonly many: (ids: Iterable<string>) => Promise<Map<string, WalletFacts>>;
  /** Forgets everything found: it may have been lost when a standby was promoted. */
  readonly forget: () => void;
}

/** Single wallets are looked up by `database`; many of them, for batches, by `storing`. */
export function createFindWallet(database: Database, storing: Database, assets: Assets): FindWallet {
  const cache = new LRUCache<string, WalletFacts>({ max: CACHED_WALLETS });
  const look = inGroups<string, WalletFacts | null>(GROUP_LIMIT, async (ids) => {
    const all = await findWalletFacts(database, ids);
    await assets.know(all.map(({ assetId }) => assetId));
    const found = new Map(all.map((facts) => [facts.id, facts]));
    return ids.map((id) => found.get(id) ?? null);
  });
  return {
    async one(id) {
      const cached = cache.get(id);
      if (cached) return cached;
      const found = await look(id);
      if (found) cache.set(id, found);
      return found;
    },
    async many(ids) {
      const known = new Map<string, WalletFacts>();
      const unknown = new Set<string>();
      for (const id of ids) {
        const cached = cache.get(id);
        if (cached) known.set(id, cached);
        else unknown.add(id);
      }
      const found = unknown.size > 0 ? await findWalletFacts(storing, [...unknown]) : [];
      await assets.know(found.map(({ assetId }) => assetId));
      for (const facts of found) {
        cache.set(facts.id, facts);
        known.set(facts.id, facts);
      }
      return known;
    },
    forget() {
      cache.clear();
    },
  };
}
