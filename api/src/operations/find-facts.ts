import type { Assets } from '@wallet/shared/database/assets';
import type { HouseAccounts } from '@wallet/shared/database/house-accounts';
import type { Database } from '@wallet/shared/database/pool';
import { findArchiveOf } from '@wallet/shared/database/tables/archived-history';
import {
  type TargetOperation,
  findAccountsOfWallets,
  findTargets,
} from '@wallet/shared/database/tables/operation-terms';
import { type WalletFacts, findUserWallets } from '@wallet/shared/database/tables/wallets';
import { inGroups } from '@wallet/shared/process/in-groups';
import { findAsset, mayBeAdded } from '../http/choose-asset.ts';
import { Refusal } from '../http/refusal.ts';
import { type Asked, type Facts, userKey } from './draft-operation.ts';
import { type AskedPosting, assetOfLeg, houseAccountsOf, partitionOfPosting, walletsOf } from './draft-posting.ts';
import { type AskedWithTerms, hasTerms } from './draft-terms.ts';
import type { FactsOfTerms } from './terms-facts.ts';

/** What is looked up for operations. */
export interface FactNeeds {
  /** For what has to be looked up to store an operation. */
  readonly storing: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly houseAccounts: HouseAccounts;
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
  const { storing, assets, findWallet } = needs;
  if (hasTerms(asked)) {
    const terms = await findFactsOfTerms(needs, asked);
    return { assets, wallets: terms.wallets, users: NO_USERS, terms };
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

async function findFactsOfTerms(needs: FactNeeds, asked: AskedWithTerms): Promise<FactsOfTerms> {
  const { storing, partitions, assets, houseAccounts } = needs;
  const walletIds = new Set(walletsNamedIn(asked));
  const wallets = await findWallets(needs, [...walletIds]);
  const accounts = asked.type === 'posting' ? await findAccountsOfWallets(storing, [...wallets.keys()]) : [];
  const facts: FactsOfTerms = {
    ...{ assets, wallets, partitions, now: Date.now(), targets: await findTargetOf(needs, asked) },
    accounts: new Map(accounts.map(({ id, walletId }) => [walletId, id])),
    findHouseAccount: (name, assetId, partition) => houseAccounts.find(name, assetId, partition),
  };
  await knowHouseAccounts(needs, asked, facts);
  return facts;
}

function walletsNamedIn(asked: AskedWithTerms): string[] {
  if (asked.type === 'hold') return [asked.wallet_id];
  if (asked.type === 'posting') return walletsOf(asked.legs);
  return asked.type === 'capture' && asked.to_wallet_id != null ? [asked.to_wallet_id] : [];
}

async function findTargetOf(
  { storing, findTarget }: FactNeeds,
  asked: AskedWithTerms,
): Promise<FactsOfTerms['targets']> {
  const id = 'hold_id' in asked ? asked.hold_id : 'operation_id' in asked ? asked.operation_id : null;
  if (id === null) return new Map();
  const found = (await findTarget(id)) ?? (await findArchiveOf(storing, id));
  return found === null ? new Map() : new Map([[id, found]]);
}

/** House accounts, and assets, may have been added since this process read them. */
async function knowHouseAccounts(
  { assets, houseAccounts }: FactNeeds,
  asked: AskedWithTerms,
  facts: FactsOfTerms,
): Promise<void> {
  if (asked.type === 'posting') {
    if (asked.legs.some(({ asset }) => mayBeAdded(assets, { asset }))) await assets.readAnew();
    if (findHouseAccounts(asked, facts).includes(null)) await houseAccounts.readAnew();
  } else if (asked.type === 'capture' && asked.to_account != null) {
    const hold = facts.targets.get(asked.hold_id);
    if (hold === undefined || !('type' in hold)) return;
    if (facts.findHouseAccount(asked.to_account, hold.assetId, 0) === null) await houseAccounts.readAnew();
  }
}

/** Those that legs name, as far as they are known. All are asked for, since what is asked for is what is read. */
function findHouseAccounts({ legs }: AskedPosting, facts: FactsOfTerms): (bigint | null)[] {
  const partition = partitionOfPosting(legs, facts.partitions);
  return legs.flatMap((leg, number) => {
    const asset = assetOfLeg(leg, number, facts);
    if (asset instanceof Refusal) return [];
    return houseAccountsOf(leg).map((name) => facts.findHouseAccount(name, asset.id, partition));
  });
}
