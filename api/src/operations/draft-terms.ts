import type { ArchivePlace } from '@wallet/shared/database/tables/archived-history';
import type { Asset } from '@wallet/shared/database/tables/assets';
import type { TargetOperation } from '@wallet/shared/database/tables/operation-terms';
import { TREASURY } from '@wallet/shared/words/house-account';
import { KINDS, isReversible } from '@wallet/shared/words/kinds';
import { lookInFiles, placeOf } from '../http/archived.ts';
import { Refusal, refuseField } from '../http/refusal.ts';
import { type AskedPosting, draftPosting } from './draft-posting.ts';
import { noSuchAccount, noSuchHold, noSuchOperation, noSuchWallet } from './no-such-name.ts';
import { EXPIRES_IN_MOST, type FactsOfTerms, NO_TERMS, type TermsDraft, readAmount } from './terms-facts.ts';

/**
 * Requests of the kinds with terms. Amounts are decimal text; without one it is everything that is left of the target.
 */
export type AskedWithTerms = AskedHold | AskedCapture | AskedRelease | AskedReversal | AskedPosting;

interface AskedHold {
  readonly type: 'hold';
  readonly wallet_id: string;
  readonly amount: string;
  readonly expires_at?: Date | null | undefined;
  /** Seconds. */
  readonly expires_in?: number | null | undefined;
}

interface AskedCapture {
  readonly type: 'capture';
  readonly hold_id: string;
  readonly amount?: string | null | undefined;
  readonly to_wallet_id?: string | null | undefined;
  readonly to_account?: string | null | undefined;
  readonly final?: boolean | null | undefined;
}

interface AskedRelease {
  readonly type: 'release';
  readonly hold_id: string;
  readonly amount?: string | null | undefined;
}

interface AskedReversal {
  readonly type: 'reversal';
  readonly operation_id: string;
  readonly amount?: string | null | undefined;
}

export function hasTerms<Asked extends { readonly type: keyof typeof KINDS }>(
  asked: Asked,
): asked is Extract<Asked, AskedWithTerms> {
  return KINDS[asked.type].hasTerms;
}

/** Why an operation with terms may be rejected. */
export type RefusalOfTerms =
  | 'invalid_request'
  | 'wallet_not_found'
  | 'hold_not_found'
  | 'operation_not_found'
  | 'operation_archived'
  | 'account_not_found'
  | 'not_reversible'
  | 'asset_mismatch';

/**
 * The first reason against it in a fixed order: its targets, in the order of the fields, then amounts, then the rest.
 */
export function draftTerms(asked: AskedWithTerms, facts: FactsOfTerms): TermsDraft | Refusal<RefusalOfTerms> {
  switch (asked.type) {
    case 'hold':
      return draftHold(asked, facts);
    case 'capture':
      return draftCapture(asked, facts);
    case 'release':
      return draftRelease(asked, facts);
    case 'reversal':
      return draftReversal(asked, facts);
    case 'posting':
      return draftPosting(asked, facts);
  }
}

function draftHold(asked: AskedHold, { assets, wallets, now }: FactsOfTerms): TermsDraft | Refusal<RefusalOfTerms> {
  const { wallet_id: walletId, expires_at: expiresAt = null, expires_in: expiresInS = null } = asked;
  const wallet = wallets.get(walletId);
  if (wallet === undefined) return noSuchWallet('wallet_id', walletId);
  const amount = readAmount(asked.amount, assets.withId(wallet.assetId));
  if (amount instanceof Refusal) return amount;
  if (expiresAt !== null && expiresInS !== null) {
    return refuseField('expires_in', 'cannot be given together with expires_at');
  }
  if (expiresAt !== null && expiresAt.getTime() > now + EXPIRES_IN_MOST * 1000) {
    return refuseField('expires_at', 'must be at most 365 days ahead');
  }
  const isPast = expiresAt !== null && expiresAt.getTime() <= now;
  return {
    walletId,
    toWalletId: null,
    assetId: wallet.assetId,
    amount,
    terms: { ...NO_TERMS, expiresAt, expiresInS },
    onlyReplayed: isPast ? refuseField('expires_at', 'must be in the future') : null,
  };
}

function draftCapture(asked: AskedCapture, facts: FactsOfTerms): TermsDraft | Refusal<RefusalOfTerms> {
  const hold = findHold(asked.hold_id, facts);
  if (hold instanceof Refusal) return hold;
  const { to_wallet_id: toWalletId = null, to_account: name = null } = asked;
  const receiver = toWalletId === null ? null : findReceiver(toWalletId, hold, facts);
  if (receiver instanceof Refusal) return receiver;
  if (toWalletId !== null && name !== null) {
    return refuseField('to_account', 'cannot be given together with to_wallet_id');
  }
  // The treasury is that of the partition in which the operation waits, which is known only with its position.
  const isNamed = name !== null && name !== TREASURY;
  const toAccountId = isNamed ? facts.findHouseAccount(name, hold.assetId, 0) : null;
  if (isNamed && toAccountId === null) return noSuchAccount('to_account', name);
  const amount = readOpenAmount(asked.amount, facts.assets.withId(hold.assetId));
  if (amount instanceof Refusal) return amount;
  return {
    walletId: hold.walletId,
    toWalletId,
    assetId: hold.assetId,
    amount,
    terms: { ...NO_TERMS, targetId: hold.id, toAccountId, final: asked.final ?? true },
    onlyReplayed: null,
  };
}

function findReceiver(
  id: string,
  hold: TargetOperation,
  { wallets }: FactsOfTerms,
): null | Refusal<'invalid_request' | 'wallet_not_found' | 'asset_mismatch'> {
  if (id === hold.walletId) return refuseField('to_wallet_id', 'must be another wallet than that of the hold');
  const receiver = wallets.get(id);
  if (receiver === undefined) return noSuchWallet('to_wallet_id', id);
  return receiver.assetId === hold.assetId ? null : OTHER_ASSET;
}

function draftRelease(asked: AskedRelease, facts: FactsOfTerms): TermsDraft | Refusal<RefusalOfTerms> {
  const hold = findHold(asked.hold_id, facts);
  if (hold instanceof Refusal) return hold;
  const amount = readOpenAmount(asked.amount, facts.assets.withId(hold.assetId));
  if (amount instanceof Refusal) return amount;
  return {
    ...{ walletId: hold.walletId, toWalletId: null, assetId: hold.assetId, amount },
    terms: { ...NO_TERMS, targetId: hold.id },
    onlyReplayed: null,
  };
}

function draftReversal(asked: AskedReversal, facts: FactsOfTerms): TermsDraft | Refusal<RefusalOfTerms> {
  const { operation_id: id } = asked;
  const original = facts.targets.get(id);
  if (original === undefined) return noSuchOperation(id);
  if (!('type' in original)) return isArchived('operation_id', id, original);
  if (!isReversible(original.type)) {
    const message = `is a ${original.type}, which cannot be reversed`;
    return new Refusal('not_reversible', 'operation_id', message, `Operation ${id} ${message}.`);
  }
  if (asked.amount != null && original.type === 'posting') {
    return refuseField('amount', 'cannot be given for a posting, which is reversed as a whole');
  }
  const amount = readOpenAmount(asked.amount, facts.assets.withId(original.assetId));
  if (amount instanceof Refusal) return amount;
  return {
    ...{ walletId: original.walletId, toWalletId: null, assetId: original.assetId, amount },
    terms: { ...NO_TERMS, targetId: id },
    onlyReplayed: null,
  };
}

function findHold(
  id: string,
  { targets }: FactsOfTerms,
): TargetOperation | Refusal<'hold_not_found' | 'operation_archived'> {
  const found = targets.get(id);
  if (found === undefined) return noSuchHold(id);
  if (!('type' in found)) return isArchived('hold_id', id, found);
  return found.type === 'hold' ? found : noSuchHold(id);
}

function isArchived(field: string, id: string, place: ArchivePlace): Refusal<'operation_archived'> {
  const detail = lookInFiles('Operations', id, place);
  return new Refusal('operation_archived', field, 'is of a time that is in the archives', detail, placeOf(place));
}

function readOpenAmount(text: string | null | undefined, asset: Asset): bigint | null | Refusal<'invalid_request'> {
  return text == null ? null : readAmount(text, asset);
}

const OTHER_ASSET = new Refusal(
  'asset_mismatch',
  'to_wallet_id',
  'is a wallet of another asset',
  'A hold can only be captured to a wallet of its asset.',
);
