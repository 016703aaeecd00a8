import type { Asset } from '@wallet/shared/database/tables/assets';
import type { NewLeg } from '@wallet/shared/database/tables/operation-terms';
import type { WalletFacts } from '@wallet/shared/database/tables/wallets';
import { partitionOf } from '@wallet/shared/words/partition';
import { Refusal, refuseField } from '../http/refusal.ts';
import { noSuchAccount, noSuchWallet } from './no-such-name.ts';
import { type FactsOfTerms, NO_TERMS, type TermsDraft, readAmount } from './terms-facts.ts';

/** Movements to make together, in this order. */
export interface AskedPosting {
  readonly type: 'posting';
  readonly legs: readonly AskedLeg[];
}

/** Its asset is optional if one end is a wallet. The amount is decimal text. */
export interface AskedLeg {
  readonly from: AskedEnd;
  readonly to: AskedEnd;
  readonly asset?: string | null | undefined;
  readonly amount: string;
}

export type AskedEnd = { readonly wallet_id: string } | { readonly account: string };

type RefusalOfPosting = 'invalid_request' | 'wallet_not_found' | 'account_not_found' | 'asset_mismatch';

/** The first wallet in its legs determines its queue, its asset, and the treasury that it may name. */
export function draftPosting(
  { legs: asked }: AskedPosting,
  facts: FactsOfTerms,
): TermsDraft | Refusal<RefusalOfPosting> {
  const partition = partitionOfPosting(asked, facts.partitions);
  const places: Place[] = [];
  for (const [number, leg] of asked.entries()) {
    const place = findPlace(leg, number, { partition, facts });
    if (place instanceof Refusal) return place;
    places.push(place);
  }
  const legs: NewLeg[] = [];
  for (const [number, { asset, fromAccountId, toAccountId }] of places.entries()) {
    const amount = readAmount(asked[number]?.amount ?? '', asset, `legs.${number}.amount`);
    if (amount instanceof Refusal) return amount;
    legs.push({
      fromAccountId,
      toAccountId,
      fromWalletId: walletOf(asked[number]?.from),
      toWalletId: walletOf(asked[number]?.to),
      amount,
      assetId: asset.id,
    });
  }
  const wallet = facts.wallets.get(firstWalletOf(asked) ?? '');
  if (wallet === undefined) return refuseField('legs', 'must name a wallet in at least one leg');
  return {
    walletId: wallet.id,
    toWalletId: null,
    assetId: wallet.assetId,
    amount: null,
    terms: { ...NO_TERMS, legs },
    onlyReplayed: null,
  };
}

/** The accounts of a leg. */
interface Place {
  readonly asset: Asset;
  readonly fromAccountId: bigint;
  readonly toAccountId: bigint;
}

function findPlace(
  leg: AskedLeg,
  number: number,
  { partition, facts }: { readonly partition: number; readonly facts: FactsOfTerms },
): Place | Refusal<RefusalOfPosting> {
  const asset = assetOfLeg(leg, number, facts);
  if (asset instanceof Refusal) return asset;
  const where = { asset, partition, facts };
  const fromAccountId = findEnd(leg.from, `legs.${number}.from`, where);
  if (fromAccountId instanceof Refusal) return fromAccountId;
  const toAccountId = findEnd(leg.to, `legs.${number}.to`, where);
  if (toAccountId instanceof Refusal) return toAccountId;
  if (fromAccountId === toAccountId) return refuseField(`legs.${number}.to`, 'must be another account than from');
  return { asset, fromAccountId, toAccountId };
}

function walletOf(end: AskedEnd | undefined): string | null {
  return end !== undefined && 'wallet_id' in end ? end.wallet_id : null;
}

/** The wallets that legs name, in their order. A loop: `flatMap` over the ends takes several microseconds a posting. */
export function walletsOf(legs: readonly AskedLeg[]): string[] {
  const ids: string[] = [];
  for (const { from, to } of legs) {
    if ('wallet_id' in from) ids.push(from.wallet_id);
    if ('wallet_id' in to) ids.push(to.wallet_id);
  }
  return ids;
}

/** The wallet that a posting belongs to; null if its legs name none. */
function firstWalletOf(legs: readonly AskedLeg[]): string | null {
  for (const { from, to } of legs) {
    const first = walletOf(from) ?? walletOf(to);
    if (first !== null) return first;
  }
  return null;
}

/** The partition whose treasuries are used. */
export function partitionOfPosting(legs: readonly AskedLeg[], partitions: number): number {
  const first = firstWalletOf(legs);
  return first === null ? 0 : partitionOf(first, partitions);
}

/** The house accounts that a leg names. */
export function houseAccountsOf({ from, to }: AskedLeg): string[] {
  const names: string[] = [];
  if ('account' in from) names.push(from.account);
  if ('account' in to) names.push(to.account);
  return names;
}

/** The asset of a leg: that of its wallets, or the named one; rejected if they differ or do not exist. */
export function assetOfLeg(
  leg: AskedLeg,
  number: number,
  { assets, wallets }: Pick<FactsOfTerms, 'assets' | 'wallets'>,
): Asset | Refusal<'invalid_request' | 'wallet_not_found' | 'asset_mismatch'> {
  const found: WalletFacts[] = [];
  for (const end of ['from', 'to'] as const) {
    const named = leg[end];
    if (!('wallet_id' in named)) continue;
    const wallet = wallets.get(named.wallet_id);
    if (wallet === undefined) return noSuchWallet(`legs.${number}.${end}.wallet_id`, named.wallet_id);
    found.push(wallet);
  }
  const [first, second] = found;
  if (first !== undefined && second !== undefined && first.assetId !== second.assetId) {
    return otherAsset(number, 'to', 'is a wallet of another asset');
  }
  if (leg.asset == null) {
    return first === undefined
      ? refuseField(`legs.${number}.asset`, 'is needed where both ends are house accounts')
      : assets.withId(first.assetId);
  }
  const asset = assets.withCode(leg.asset);
  if (asset === null) return refuseField(`legs.${number}.asset`, `there is no asset ${leg.asset}`);
  if (first !== undefined && first.assetId !== asset.id)
    return otherAsset(number, 'asset', 'is not that of the wallet');
  return asset;
}

function findEnd(
  end: AskedEnd,
  field: string,
  { asset, partition, facts }: { asset: Asset; partition: number; facts: FactsOfTerms },
): bigint | Refusal<'account_not_found' | 'wallet_not_found'> {
  if ('account' in end) {
    return facts.findHouseAccount(end.account, asset.id, partition) ?? noSuchAccount(`${field}.account`, end.account);
  }
  return facts.wallets.get(end.wallet_id)?.accountId ?? noSuchWallet(`${field}.wallet_id`, end.wallet_id);
}

function otherAsset(number: number, field: string, message: string): Refusal<'asset_mismatch'> {
  const detail = `Leg ${number} moves from and to accounts of different assets: legs.${number}.${field} ${message}.`;
  return new Refusal('asset_mismatch', `legs.${number}.${field}`, message, detail);
}
