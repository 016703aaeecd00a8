import type { KnownAssets } from '@wallet/shared/database/assets';
import type { Asset } from '@wallet/shared/database/tables/assets';
import type { NewOperation } from '@wallet/shared/database/tables/operations';
import type { NewWallet, UserWallet, WalletFacts } from '@wallet/shared/database/tables/wallets';
import { firstWalletId } from '@wallet/shared/words/ids';
import { KINDS } from '@wallet/shared/words/kinds';
import { parseAmount } from '@wallet/shared/words/money';
import type { OperationType } from '@wallet/shared/words/operation';
import { hashOperation } from './canonical-operation.ts';
import { type AskedWithTerms, draftTerms, hasTerms } from './draft-terms.ts';
import { noSuchUser, noSuchWallet } from './no-such-name.ts';
import type { FactsOfTerms } from './terms-facts.ts';
import { AMOUNT_PROBLEMS } from '../http/amount-problems.ts';
import { type AssetChoice, chooseAsset } from '../http/choose-asset.ts';
import { idempotencyKeyOf } from '../http/idempotency-key.ts';
import { Refusal, refuseField } from '../http/refusal.ts';

/** An operation as requested, on its own or in a line of a batch; its fields have passed their schema. */
export interface OperationRequest<Named extends Asked = Asked> {
  readonly asked: Named;
  readonly extras: Extras;
  /** The text of a JSON object, as it was sent. */
  readonly metadata: string | null;
  /** The header `Idempotency-Key`; a line has none. */
  readonly keyHeader: string | undefined;
  /** Whether a key or a reference names the request: not for lines that are sent again, whose keys are used up. */
  readonly hasKey: boolean;
  /** The key that names the request instead. */
  readonly ownKey?: string | undefined;
}

/** What moves, and how the request names both sides. */
export type Asked = AskedSimple | AskedWithTerms;

/** How the kinds without terms name the wallets. The amount is decimal text. */
export type AskedSimple = { readonly type: Exclude<OperationType, AskedWithTerms['type']>; readonly amount: string } & (
  | { readonly wallet_id: string }
  | { readonly from_wallet_id: string; readonly to_wallet_id: string }
  | ({ readonly external_user_id: string } & AssetChoice)
);

/** Optional fields. */
interface Extras {
  readonly description?: string | null | undefined;
  readonly reference_id?: string | null | undefined;
  readonly idempotency_key?: string | null | undefined;
  /** Not for a line. */
  readonly execute_at?: Date | null | undefined;
}

/** The results of the look-ups: everything named that exists. */
export interface Facts {
  readonly assets: KnownAssets;
  readonly wallets: ReadonlyMap<string, WalletFacts>;
  /** By `userKey`. */
  readonly users: ReadonlyMap<string, UserWallet>;
  /** Null if nothing with terms is requested. */
  readonly terms: FactsOfTerms | null;
}

export function userKey(login: string, assetId: number): string {
  return `${assetId} ${login}`;
}

/** An operation that can be stored. */
export interface Draft {
  readonly operation: Omit<NewOperation, 'id' | 'partition' | 'priority'>;
  /** The user's wallet that has to be created for it. */
  readonly wallet: NewWallet | null;
  /** Why it is rejected unless it was accepted before, under its key or as a line of the same batch. */
  readonly onlyReplayed: Refusal<'invalid_request'> | null;
}

/** Why an operation that names its two sides this way may be rejected. */
export type RefusalOf<Named extends Asked> = 'invalid_request' | 'conflicting_idempotency_keys' | RefusalOfNames<Named>;

type RefusalOfNames<Named extends Asked> = Named extends { readonly type: 'capture' }
  ? 'hold_not_found' | 'operation_archived' | 'wallet_not_found' | 'account_not_found' | 'asset_mismatch'
  : Named extends { readonly type: 'release' }
    ? 'hold_not_found' | 'operation_archived'
    : Named extends { readonly type: 'reversal' }
      ? 'operation_not_found' | 'operation_archived' | 'not_reversible'
      : Named extends { readonly type: 'posting' }
        ? 'wallet_not_found' | 'account_not_found' | 'asset_mismatch'
        : Named extends { readonly from_wallet_id: string }
          ? 'wallet_not_found' | 'asset_mismatch'
          : Named extends { readonly external_user_id: string }
            ? 'wallet_not_found' | 'user_not_found'
            : 'wallet_not_found';

/**
 * Decides whether an operation can be accepted, for a request and for a line of a batch alike. Returns the first reason
 * against it, in a fixed order (key, asset or wallets, amount, user; `draftTerms` has its own), or what to store. Pure:
 * a rejected request leaves nothing behind. It runs for every line of a batch, so it copies no objects.
 */
export function draftOperation<Named extends Asked>(
  request: OperationRequest<Named>,
  facts: Facts,
): Draft | Refusal<RefusalOf<Named>>;
export function draftOperation(request: OperationRequest, facts: Facts): Draft | Refusal<RefusalOf<Asked>> {
  const { asked, extras } = request;
  const key = keyOf(request);
  if (key instanceof Refusal) return key;
  if (hasTerms(asked)) return draftWithTerms(request, asked, key, facts.terms);
  const asset = 'external_user_id' in asked ? chooseAsset(facts.assets, asked) : assetOfWallets(asked, facts);
  if (asset instanceof Refusal) return asset;
  const amount = parseAmount(asked.amount, asset.scale);
  if (!amount.ok) return refuseField('amount', AMOUNT_PROBLEMS[amount.problem](asset));
  let walletId: string;
  let wallet: NewWallet | null = null;
  if ('external_user_id' in asked) {
    const user = facts.users.get(userKey(asked.external_user_id, asset.id));
    if (user === undefined) return noSuchUser(asked.external_user_id);
    walletId = user.walletId ?? firstWalletId(user.clientId, asset.id);
    if (user.walletId === null) {
      if (KINDS[asked.type].to !== 'wallet') return noWalletOfUser(asked.external_user_id, asset);
      wallet = { id: walletId, clientId: user.clientId, assetId: asset.id };
    }
  } else {
    walletId = 'wallet_id' in asked ? asked.wallet_id : asked.from_wallet_id;
  }
  const operation = {
    walletId,
    toWalletId: 'to_wallet_id' in asked ? asked.to_wallet_id : null,
    assetId: asset.id,
    type: asked.type,
    amount: amount.minorUnits,
    description: extras.description ?? null,
    referenceId: extras.reference_id ?? null,
    metadata: request.metadata,
    idempotencyKey: key,
    requestHash: null as string | null,
    terms: null,
    executeAt: extras.execute_at ?? null,
  };
  if (key !== null) operation.requestHash = hashOperation(operation);
  if (operation.executeAt === null) return { operation, wallet, onlyReplayed: null };
  return schedule({ operation, wallet, onlyReplayed: null }, Date.now());
}

function draftWithTerms(
  { extras, metadata }: OperationRequest,
  asked: AskedWithTerms,
  key: string | null,
  facts: FactsOfTerms | null,
): Draft | Refusal<RefusalOf<Asked>> {
  if (facts === null) throw new Error(`nothing was looked up for a ${asked.type}`);
  const drafted = draftTerms(asked, facts);
  if (drafted instanceof Refusal) return drafted;
  const operation = {
    walletId: drafted.walletId,
    toWalletId: drafted.toWalletId,
    assetId: drafted.assetId,
    type: asked.type,
    amount: drafted.amount,
    description: extras.description ?? null,
    referenceId: extras.reference_id ?? null,
    metadata,
    idempotencyKey: key,
    requestHash: null as string | null,
    terms: drafted.terms,
    executeAt: extras.execute_at ?? null,
  };
  if (key !== null) operation.requestHash = hashOperation(operation);
  return schedule({ operation, wallet: null, onlyReplayed: drafted.onlyReplayed }, facts.now);
}

/**
 * Checks the execution time of an operation. A time in the past is only valid for an operation that was accepted
 * before.
 */
function schedule(draft: Draft, now: number): Draft | Refusal<'invalid_request'> {
  const { executeAt, idempotencyKey, terms } = draft.operation;
  if (executeAt === null) return draft;
  if (executeAt.getTime() > now + AHEAD_MOST_MS) return refuseField('execute_at', 'must be at most 365 days ahead');
  if (terms?.expiresAt != null && terms.expiresAt <= executeAt)
    return refuseField('expires_at', 'must be after execute_at');
  if (executeAt.getTime() > now) return draft;
  const past = refuseField('execute_at', 'must be in the future');
  return idempotencyKey === null ? past : { ...draft, wallet: null, onlyReplayed: draft.onlyReplayed ?? past };
}

const AHEAD_MOST_MS = 365 * 86_400_000;

function keyOf({ extras, keyHeader, hasKey, ownKey }: OperationRequest): ReturnType<typeof idempotencyKeyOf> {
  if (ownKey !== undefined) return ownKey;
  const { idempotency_key: key, reference_id: reference } = extras;
  if (!hasKey || (keyHeader === undefined && key == null && reference == null)) return null;
  return idempotencyKeyOf(keyHeader, key, reference);
}

function assetOfWallets(
  asked: Exclude<AskedSimple, { readonly external_user_id: string }>,
  { assets, wallets }: Facts,
): Asset | Refusal<RefusalOf<typeof asked>> {
  if ('wallet_id' in asked) {
    const wallet = wallets.get(asked.wallet_id);
    return wallet === undefined ? noSuchWallet('wallet_id', asked.wallet_id) : assets.withId(wallet.assetId);
  }
  const { from_wallet_id: from, to_wallet_id: to } = asked;
  const wallet = wallets.get(from);
  if (wallet === undefined) return noSuchWallet('from_wallet_id', from);
  if (to === from) return refuseField('to_wallet_id', 'must be another wallet');
  const receiver = wallets.get(to);
  if (receiver === undefined) return noSuchWallet('to_wallet_id', to);
  if (receiver.assetId !== wallet.assetId) return OTHER_ASSET;
  return assets.withId(wallet.assetId);
}

function noWalletOfUser(login: string, { code }: Asset): Refusal<'wallet_not_found'> {
  return new Refusal(
    'wallet_not_found',
    'external_user_id',
    `the user has no wallet of ${code}`,
    `The user ${login} has no wallet of ${code}.`,
  );
}

const OTHER_ASSET = new Refusal(
  'asset_mismatch',
  'to_wallet_id',
  'is a wallet of another asset',
  'A transfer needs two wallets of the same asset.',
);
