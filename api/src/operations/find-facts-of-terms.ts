import type { Assets } from '@wallet/shared/database/assets';
import type { HouseAccounts } from '@wallet/shared/database/house-accounts';
import type { Database } from '@wallet/shared/database/pool';
import { type ArchivePlace, findArchivesOf } from '@wallet/shared/database/tables/archived-history';
import type { TargetOperation } from '@wallet/shared/database/tables/operation-terms';
import type { WalletFacts } from '@wallet/shared/database/tables/wallets';
import { mayBeAdded } from '../http/choose-asset.ts';
import { Refusal } from '../http/refusal.ts';
import { type AskedPosting, assetOfLeg, houseAccountsOf, partitionOfPosting, walletsOf } from './draft-posting.ts';
import type { AskedWithTerms } from './draft-terms.ts';
import type { FactsOfTerms } from './terms-facts.ts';

/** The look-ups for operations with terms. */
export interface TermsNeeds {
  /** For look-ups that are needed to store an operation. */
  readonly storing: Database;
  readonly partitions: number;
  readonly assets: Assets;
  readonly houseAccounts: HouseAccounts;
}

/** The results of earlier look-ups: the named wallets and operations that exist. Their assets are known. */
interface Found {
  readonly wallets: ReadonlyMap<string, WalletFacts>;
  readonly targets: readonly TargetOperation[];
}

/** Looks up everything else that operations with terms name: a few statements, however many operations there are. */
export async function findFactsOfTerms(
  { storing, partitions, assets, houseAccounts }: TermsNeeds,
  asked: readonly AskedWithTerms[],
  { wallets, targets }: Found,
): Promise<FactsOfTerms> {
  const known = new Map<string, TargetOperation | ArchivePlace>();
  for (const target of targets) known.set(target.id, target);
  const missing = targetsNamedIn(asked).filter((id) => !known.has(id));
  const archived = missing.length > 0 ? await findArchivesOf(storing, missing) : [];
  for (const [id, place] of archived) known.set(id, place);
  const facts: FactsOfTerms = {
    assets,
    wallets,
    partitions,
    now: Date.now(),
    targets: known,
    findHouseAccount: (name, assetId, partition) => houseAccounts.find(name, assetId, partition),
  };
  // Assets and house accounts may have been added since this process read them.
  const mayNameNew = (each: AskedWithTerms): boolean =>
    each.type === 'posting' && each.legs.some((leg) => mayBeAdded(assets, { asset: leg.asset }));
  if (asked.some(mayNameNew)) await assets.readAnew();
  // All are requested, because only requested ones are read.
  const accountIds = (): (bigint | null)[] => {
    const ids: (bigint | null)[] = [];
    for (const each of asked) ids.push(...houseAccountsNamedIn(each, facts));
    return ids;
  };
  const before = accountIds();
  if (!before.includes(null)) return facts;
  await houseAccounts.readAnew();
  // A known account may have been forgotten during the read, because another epoch began: it still exists.
  if (accountIds().some((id, index) => id === null && before[index] !== null)) await houseAccounts.readAnew();
  return facts;
}

export function walletsNamedIn(asked: AskedWithTerms): string[] {
  if (asked.type === 'hold') return [asked.wallet_id];
  if (asked.type === 'posting') return [...new Set(walletsOf(asked.legs))];
  return asked.type === 'capture' && asked.to_wallet_id != null ? [asked.to_wallet_id] : [];
}

/** The hold or the operation to reverse; null if it names none. */
export function targetNamedIn(asked: AskedWithTerms): string | null {
  if (asked.type === 'capture' || asked.type === 'release') return asked.hold_id;
  return asked.type === 'reversal' ? asked.operation_id : null;
}

/** Each of them once. */
export function targetsNamedIn(asked: readonly AskedWithTerms[]): string[] {
  const ids = new Set<string>();
  for (const each of asked) {
    const id = targetNamedIn(each);
    if (id !== null) ids.add(id);
  }
  return [...ids];
}

/** The accounts of the house accounts that an operation names; null for each unknown one. */
function houseAccountsNamedIn(asked: AskedWithTerms, facts: FactsOfTerms): (bigint | null)[] {
  if (asked.type === 'posting') return houseAccountsInLegs(asked, facts);
  if (asked.type !== 'capture' || asked.to_account == null) return [];
  const hold = facts.targets.get(asked.hold_id);
  return hold !== undefined && 'type' in hold ? [facts.findHouseAccount(asked.to_account, hold.assetId, 0)] : [];
}

function houseAccountsInLegs({ legs }: AskedPosting, facts: FactsOfTerms): (bigint | null)[] {
  const partition = partitionOfPosting(legs, facts.partitions);
  const found: (bigint | null)[] = [];
  for (const [number, leg] of legs.entries()) {
    const asset = assetOfLeg(leg, number, facts);
    if (asset instanceof Refusal) continue;
    for (const name of houseAccountsOf(leg)) found.push(facts.findHouseAccount(name, asset.id, partition));
  }
  return found;
}
