import type { Database } from '@wallet/shared/database/pool';
import { type WalletFacts, findWalletFacts } from '@wallet/shared/database/tables/wallets';
import { LRUCache } from 'lru-cache';
import { inGroups } from './in-groups.ts';

const CACHED_WALLETS = 200_000;
const GROUP_LIMIT = 500;

export type FindWallet = (id: string) => Promise<WalletFacts | null>;

/** Finds what never changes about a wallet; so what was found once is kept. Unknown wallets are asked for every time. */
export function createFindWallet(database: Database): FindWallet {
  const cache = new LRUCache<string, WalletFacts>({ max: CACHED_WALLETS });
  const look = inGroups<string, WalletFacts | null>(GROUP_LIMIT, async (ids) => {
    const found = new Map((await findWalletFacts(database, ids)).map((facts) => [facts.id, facts]));
    return ids.map((id) => found.get(id) ?? null);
  });
  return async (id) => {
    const cached = cache.get(id);
    if (cached) return cached;
    const found = await look(id);
    if (found) cache.set(id, found);
    return found;
  };
}
