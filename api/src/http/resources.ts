import type { Asset } from '@wallet/shared/database/tables/assets';
import type { Wallet } from '@wallet/shared/database/tables/wallets';
import { formatAmount } from '@wallet/shared/money';
import { OPERATION_STATUSES, OPERATION_TYPES, PRIORITIES, WALLET_STATUSES } from '@wallet/shared/operation';
import { REJECTION_CODES } from '@wallet/shared/rejection';
import { z } from 'zod';

/** The resources as the API answers them: each with its schema and the function that makes it. */

const id = z.uuid();
export const time = z.iso.datetime();
export const money = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ example: '25.00' });
const asset = z.string().meta({ example: 'USD' });

export const operationSchema = z
  .strictObject({
    id,
    type: z.enum(OPERATION_TYPES),
    status: z.enum(OPERATION_STATUSES),
    wallet_id: id.optional(),
    from_wallet_id: id.optional(),
    to_wallet_id: id.optional(),
    asset,
    amount: money,
    priority: z.enum(PRIORITIES),
    description: z.string().nullable(),
    reference_id: z.string().nullable(),
    idempotency_key: z.string().nullable(),
    metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable(),
    batch_id: id.nullable().meta({ description: 'The batch that it is a line of.' }),
    created_at: time,
    completed_at: time.nullable(),
    result: z
      .strictObject({
        transaction_number: id,
        wallet_balance: money.optional(),
        wallet_version: z.int().optional(),
        from_wallet_balance: money.optional(),
        from_wallet_version: z.int().optional(),
        to_wallet_balance: money.optional(),
        to_wallet_version: z.int().optional(),
      })
      .nullable(),
    error: z.strictObject({ code: z.enum(REJECTION_CODES), message: z.string() }).nullable(),
  })
  .meta({
    id: 'Operation',
    description: 'A request to move an amount. A transfer names both wallets, all others one.',
  });

export const walletSchema = z
  .strictObject({
    id,
    wallet_id: id.meta({ description: 'The id again, under the name that earlier services used.' }),
    client_id: id.nullable(),
    asset,
    balance: money,
    status: z.enum(WALLET_STATUSES),
    version: z.int(),
    pending_operations: z.int(),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Wallet', description: "A client's (or nobody's) holding of one asset." });

export function presentWallet(wallet: Wallet, asset: Asset): z.input<typeof walletSchema> {
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

/** A wallet's balance at a past moment. */
export const walletAtSchema = z
  .strictObject({ id, wallet_id: id, asset, balance: money, version: z.int(), at: time })
  .meta({ id: 'WalletAt' });

export const historyLineSchema = z
  .strictObject({
    id,
    operation_id: id,
    type: z.enum(OPERATION_TYPES),
    asset,
    amount: money.meta({ description: 'Signed: negative if it left the wallet.' }),
    balance_before: money,
    balance_after: money,
    other_wallet_id: id.nullable().meta({ description: 'The other wallet of a transfer.' }),
    description: z.string().nullable(),
    reference_id: z.string().nullable(),
    version: z.int(),
    created_at: time,
  })
  .meta({ id: 'HistoryLine' });

const totals = {
  count: z.int(),
  credited: money,
  debited: money,
};

export const statisticsSchema = z
  .strictObject({
    wallet_id: id,
    asset,
    ...totals,
    net: money,
    first_at: time.nullable(),
    last_at: time.nullable(),
    by_type: z.array(z.strictObject({ type: z.enum(OPERATION_TYPES), ...totals, first_at: time, last_at: time })),
  })
  .meta({ id: 'Statistics' });

export const clientSchema = z
  .strictObject({ id, login: z.string(), name: z.string(), created_at: time, wallets: z.array(walletSchema) })
  .meta({ id: 'Client' });

export const assetSchema = z
  .strictObject({ id: z.int(), code: z.string(), name: z.string(), scale: z.int(), transferable: z.boolean() })
  .meta({ id: 'Asset', description: '`scale` is the number of decimals.' });

const HEALTH_REASONS = ['database_down', 'database_read_only', 'queue_down', 'operations_late'] as const;
export type HealthReason = (typeof HEALTH_REASONS)[number];

export const healthSchema = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'down']),
    database: z.enum(['up', 'read_only', 'down']),
    queue: z.enum(['up', 'down']),
    reasons: z.array(z.enum(HEALTH_REASONS)).meta({
      description:
        'Why it is not `ok`. `operations_late`: operations or lines of a batch have waited for 10 s without any progress.',
    }),
  })
  .meta({ id: 'Health' });

export const probeSchema = z.strictObject({ status: z.enum(['ok', 'down']) }).meta({ id: 'Probe' });
