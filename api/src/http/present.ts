import type { Asset } from '@wallet/shared/database/tables/assets';
import type { Operation } from '@wallet/shared/database/tables/operations';
import type { Wallet } from '@wallet/shared/database/tables/wallets';
import { formatAmount } from '@wallet/shared/money';
import { describeRejection } from '@wallet/shared/rejection';

/** An operation as the API answers it. */
export function presentOperation(operation: Operation, asset: Asset): Record<string, unknown> {
  const { status, walletBalance, errorCode } = operation;
  return {
    id: operation.id,
    type: operation.type,
    status,
    wallet_id: operation.walletId,
    asset: asset.code,
    amount: formatAmount(operation.amount, asset.scale),
    priority: operation.priority,
    description: operation.description,
    reference_id: operation.referenceId,
    idempotency_key: operation.idempotencyKey,
    batch_id: null,
    created_at: operation.createdAt.toISOString(),
    completed_at: operation.completedAt?.toISOString() ?? null,
    result:
      status === 'succeeded' && walletBalance !== null
        ? {
            transaction_number: operation.id,
            wallet_balance: formatAmount(walletBalance, asset.scale),
            wallet_version: Number(operation.walletVersion),
          }
        : null,
    error: errorCode === null ? null : { code: errorCode, message: describeRejection(errorCode) },
  };
}

/** A wallet as the API answers it; `wallet_id` repeats the id under the name that earlier services used. */
export function presentWallet(wallet: Wallet, asset: Asset): Record<string, unknown> {
  return {
    id: wallet.id,
    wallet_id: wallet.id,
    client_id: wallet.clientId,
    asset: asset.code,
    balance: formatAmount(wallet.balance, asset.scale),
    status: wallet.status,
    version: Number(wallet.version),
    pending_operations: Number(wallet.pendingOperations),
    created_at: wallet.createdAt.toISOString(),
    updated_at: wallet.updatedAt.toISOString(),
  };
}
