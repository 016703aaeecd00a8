import type { KnownAssets } from '@wallet/shared/database/assets';
import type { ArchivePlace } from '@wallet/shared/database/tables/archived-history';
import type { Asset } from '@wallet/shared/database/tables/assets';
import type { NewTerms, TargetOperation } from '@wallet/shared/database/tables/operation-terms';
import type { WalletFacts } from '@wallet/shared/database/tables/wallets';
import { parseAmount } from '@wallet/shared/words/money';
import { AMOUNT_PROBLEMS } from '../http/amount-problems.ts';
import { type Refusal, refuseField } from '../http/refusal.ts';

/** The results of look-ups for operations with terms: everything they name that exists. */
export interface FactsOfTerms {
  readonly assets: KnownAssets;
  readonly wallets: ReadonlyMap<string, WalletFacts>;
  /** Holds and operations to reverse, or where they are archived, if they exist. */
  readonly targets: ReadonlyMap<string, TargetOperation | ArchivePlace>;
  /** The account of a house account in an asset; for the treasury that of the partition. */
  findHouseAccount(name: string, assetId: number, partition: number): bigint | null;
  readonly partitions: number;
  /** In milliseconds. */
  readonly now: number;
}

/** The parts of an operation that its terms determine. */
export interface TermsDraft {
  readonly walletId: string;
  readonly toWalletId: string | null;
  readonly assetId: number;
  readonly amount: bigint | null;
  readonly terms: NewTerms;
  /** Why it is rejected unless it was accepted before. */
  readonly onlyReplayed: Refusal<'invalid_request'> | null;
}

/** The longest duration of a hold, in seconds. */
export const EXPIRES_IN_MOST = 31_536_000;

/** The values of fields that do not belong to a kind. */
export const NO_TERMS: NewTerms = {
  ...{ targetId: null, toAccountId: null, final: null, expiresAt: null, expiresInS: null, reason: null },
  legs: [],
};

export function readAmount(text: string, asset: Asset, field = 'amount'): bigint | Refusal<'invalid_request'> {
  const amount = parseAmount(text, asset.scale);
  return amount.ok ? amount.minorUnits : refuseField(field, AMOUNT_PROBLEMS[amount.problem](asset));
}
