import type { Asset } from '../database/tables/assets.ts';
import type { Operation } from '../database/tables/operations.ts';
import { JsonText } from '../words/json-text.ts';
import { formatAmount } from '../words/money.ts';
import type { OperationStatus, OperationType, Priority } from '../words/operation.ts';
import { type RejectionCode, describeRejection } from '../words/rejection.ts';

/** An operation as the API answers it and events tell it; write it with `writeJson`. A transfer names both wallets, all others one. */
export interface PresentedOperation {
  id: string;
  type: OperationType;
  status: OperationStatus;
  wallet_id?: string;
  from_wallet_id?: string;
  to_wallet_id?: string;
  asset: string;
  amount: string;
  priority: Priority;
  description: string | null;
  reference_id: string | null;
  idempotency_key: string | null;
  metadata: JsonText | null;
  batch_id: string | null;
  created_at: string;
  completed_at: string | null;
  result: {
    transaction_number: string;
    wallet_balance?: string;
    wallet_version?: number;
    from_wallet_balance?: string;
    from_wallet_version?: number;
    to_wallet_balance?: string;
    to_wallet_version?: number;
  } | null;
  error: { code: RejectionCode; message: string } | null;
}

export function presentOperation(operation: Operation, asset: Asset): PresentedOperation {
  const { errorCode, toWalletId } = operation;
  return {
    id: operation.id,
    type: operation.type,
    status: operation.status,
    ...(toWalletId === null
      ? { wallet_id: operation.walletId }
      : { from_wallet_id: operation.walletId, to_wallet_id: toWalletId }),
    asset: asset.code,
    amount: formatAmount(operation.amount, asset.scale),
    priority: operation.priority,
    description: operation.description,
    reference_id: operation.referenceId,
    idempotency_key: operation.idempotencyKey,
    metadata: operation.metadata === null ? null : new JsonText(operation.metadata),
    batch_id: operation.batchId,
    created_at: operation.createdAt.toISOString(),
    completed_at: operation.completedAt?.toISOString() ?? null,
    result: presentResult(operation, asset),
    error: errorCode === null ? null : { code: errorCode, message: describeRejection(errorCode) },
  };
}

function presentResult(operation: Operation, asset: Asset): PresentedOperation['result'] {
  const { walletBalance, walletVersion, toWalletBalance, toWalletVersion } = operation;
  if (operation.status !== 'succeeded' || walletBalance === null) return null;
  const balance = formatAmount(walletBalance, asset.scale);
  const version = Number(walletVersion);
  return {
    transaction_number: operation.id,
    ...(toWalletBalance === null
      ? { wallet_balance: balance, wallet_version: version }
      : {
          from_wallet_balance: balance,
          from_wallet_version: version,
          to_wallet_balance: formatAmount(toWalletBalance, asset.scale),
          to_wallet_version: Number(toWalletVersion),
        }),
  };
}
