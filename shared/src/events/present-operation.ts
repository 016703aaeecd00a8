import type { KnownAssets } from '../database/assets.ts';
import type { LegEnd, OperationLeg, OperationTerms } from '../database/tables/operation-terms.ts';
import type { Operation } from '../database/tables/operations.ts';
import { JsonText } from '../words/json-text.ts';
import { TREASURY } from '../words/house-account.ts';
import { formatAmount } from '../words/money.ts';
import type { OperationStatus, OperationType, Priority } from '../words/operation.ts';
import { type RejectionCode, describeRejection } from '../words/rejection.ts';

/**
 * An operation as the API answers it and as its event has it; write it with `writeJson`. A transfer names both wallets,
 * all others one, and a capture also its receiving wallet. Fields of only some kinds are absent from the others.
 */
export interface PresentedOperation extends PresentedTerms {
  id: string;
  type: OperationType;
  status: OperationStatus;
  wallet_id?: string;
  from_wallet_id?: string;
  to_wallet_id?: string;
  asset: string;
  amount: string | null;
  reversed_amount?: string | null;
  reversed?: true;
  priority: Priority;
  description: string | null;
  reference_id: string | null;
  idempotency_key: string | null;
  metadata: JsonText | null;
  batch_id: string | null;
  execute_at?: string;
  created_at: string;
  completed_at: string | null;
  result: {
    transaction_number: string;
    wallet_balance?: string;
    wallet_version?: number;
    held_balance?: string;
    from_wallet_balance?: string;
    from_wallet_version?: number;
    to_wallet_balance?: string;
    to_wallet_version?: number;
  } | null;
  error: { code: RejectionCode; message: string } | null;
}

/** The additional fields of operations with terms. */
interface PresentedTerms {
  expires_at?: string | null;
  hold_id?: string;
  to_account?: string;
  final?: boolean;
  reason?: 'expired' | null;
  reversal_of?: string;
  legs?: { from: PresentedEnd; to: PresentedEnd; asset: string; amount: string }[];
}

type PresentedEnd = { wallet_id: string } | { account: string };

/** The assets of an operation: they must be known in the process that presents it. */
export function assetsOf({ assetId, terms }: Operation): number[] {
  return [assetId, ...(terms?.legs ?? []).map((leg) => leg.assetId)];
}

export function presentOperation(operation: Operation, assets: KnownAssets): PresentedOperation {
  const { errorCode, amount, terms } = operation;
  const asset = assets.withId(operation.assetId);
  return {
    id: operation.id,
    type: operation.type,
    status: operation.status,
    ...presentWallets(operation),
    asset: asset.code,
    amount: amount === null ? null : formatAmount(amount, asset.scale),
    ...(terms === null ? null : presentTerms(operation, terms, assets)),
    ...(operation.reversed === null ? null : presentReversed(operation, operation.reversed, asset.scale)),
    priority: operation.priority,
    description: operation.description,
    reference_id: operation.referenceId,
    idempotency_key: operation.idempotencyKey,
    metadata: operation.metadata === null ? null : new JsonText(operation.metadata),
    batch_id: operation.batchId,
    ...(operation.executeAt === null ? null : { execute_at: operation.executeAt.toISOString() }),
    created_at: operation.createdAt.toISOString(),
    completed_at: operation.completedAt?.toISOString() ?? null,
    result: terms === null ? presentResult(operation, asset.scale) : presentResultOfTerms(operation, asset.scale),
    error: errorCode === null ? null : { code: errorCode, message: describeRejection(errorCode) },
  };
}

function presentWallets({
  type,
  walletId,
  toWalletId,
}: Operation): Pick<PresentedOperation, 'wallet_id' | 'from_wallet_id' | 'to_wallet_id'> {
  if (toWalletId === null) return { wallet_id: walletId };
  return type === 'transfer'
    ? { from_wallet_id: walletId, to_wallet_id: toWalletId }
    : { wallet_id: walletId, to_wallet_id: toWalletId };
}

function presentTerms({ type, toWalletId }: Operation, terms: OperationTerms, assets: KnownAssets): PresentedTerms {
  if (type === 'hold') return { expires_at: terms.expiresAt };
  if (type === 'posting') return { legs: (terms.legs ?? []).map((leg) => presentLeg(leg, assets)) };
  const { targetId: target } = terms;
  if (target === null) throw new Error(`a ${type} names nothing`);
  if (type === 'release') return { hold_id: target, reason: terms.reason };
  if (type === 'reversal') return { reversal_of: target };
  // A capture that names neither a wallet nor an account goes to the treasury.
  const to = toWalletId === null ? { to_account: terms.toAccount ?? TREASURY } : null;
  return { hold_id: target, ...to, final: terms.final ?? true };
}

export function presentLeg({ from, to, assetId, amount }: OperationLeg, assets: KnownAssets) {
  const { code, scale } = assets.withId(assetId);
  return { from: presentEnd(from), to: presentEnd(to), asset: code, amount: formatAmount(BigInt(amount), scale) };
}

function presentEnd(end: LegEnd): PresentedEnd {
  return 'walletId' in end ? { wallet_id: end.walletId } : end;
}

/** The legs of a posting can be in several assets, which have no sum. */
function presentReversed(
  { type }: Operation,
  reversed: bigint,
  scale: number,
): Pick<PresentedOperation, 'reversed_amount' | 'reversed'> {
  return type === 'posting'
    ? { reversed_amount: null, reversed: true }
    : { reversed_amount: formatAmount(reversed, scale) };
}

function presentResult(operation: Operation, scale: number): PresentedOperation['result'] {
  const { walletBalance, walletVersion, toWalletBalance, toWalletVersion } = operation;
  if (operation.status !== 'succeeded' || walletBalance === null) return null;
  const balance = formatAmount(walletBalance, scale);
  const version = Number(walletVersion);
  return {
    transaction_number: operation.id,
    ...(toWalletBalance === null
      ? { wallet_balance: balance, wallet_version: version }
      : {
          from_wallet_balance: balance,
          from_wallet_version: version,
          to_wallet_balance: formatAmount(toWalletBalance, scale),
          to_wallet_version: Number(toWalletVersion),
        }),
  };
}

/** An operation with terms may leave the wallet's own account unchanged. */
function presentResultOfTerms(operation: Operation, scale: number): PresentedOperation['result'] {
  const { walletBalance, walletVersion, heldBalance, toWalletBalance, toWalletVersion } = operation;
  if (operation.status !== 'succeeded') return null;
  return {
    transaction_number: operation.id,
    ...(walletBalance === null
      ? null
      : { wallet_balance: formatAmount(walletBalance, scale), wallet_version: Number(walletVersion) }),
    ...(heldBalance === null ? null : { held_balance: formatAmount(heldBalance, scale) }),
    ...(toWalletBalance === null
      ? null
      : { to_wallet_balance: formatAmount(toWalletBalance, scale), to_wallet_version: Number(toWalletVersion) }),
  };
}
