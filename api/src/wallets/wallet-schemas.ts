import type { Asset } from '@wallet/shared/database/tables/assets';
import type { Wallet } from '@wallet/shared/database/tables/wallets';
import { formatAmount } from '@wallet/shared/words/money';
import { OPERATION_TYPES, WALLET_STATUSES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { checkpointSchema } from '../http/archived.ts';
import { asset, id, metadata, money, time } from '../http/fields.ts';

/** Wallets and clients as the API answers them. */

export const walletSchema = z
  .strictObject({
    id,
    wallet_id: id.meta({ description: 'The id again, under the name that earlier services used.' }),
    client_id: id.nullable(),
    asset,
    balance: money.meta({ description: 'It excludes the held amount.' }),
    held: money.meta({ description: 'The amount set aside by holds.' }),
    credit_limit: money.meta({ description: 'How far below zero the balance may go.' }),
    available: money.meta({ description: 'What can be spent: the balance and the credit limit.' }),
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
    held: formatAmount(wallet.held, asset.scale),
    credit_limit: formatAmount(wallet.creditLimit, asset.scale),
    available: formatAmount(wallet.balance + wallet.creditLimit, asset.scale),
    status: wallet.status,
    version: Number(wallet.version),
    pending_operations: Number(wallet.pendingOperations),
    created_at: wallet.createdAt.toISOString(),
    updated_at: wallet.updatedAt.toISOString(),
  };
}

/** A wallet's balances at a past moment. */
export const walletAtSchema = z
  .strictObject({ id, wallet_id: id, asset, balance: money, held: money, version: z.int(), at: time })
  .meta({ id: 'WalletAt' });

export const historyLineSchema = z
  .strictObject({
    id,
    operation_id: id,
    leg: z
      .int()
      .meta({ description: 'Which movement of the operation: the one with a leg for each has a line for each.' }),
    type: z.enum(OPERATION_TYPES),
    asset,
    amount: money.meta({ description: 'Signed: negative if it left the wallet.' }),
    balance_before: money,
    balance_after: money,
    other_wallet_id: id
      .nullable()
      .meta({ description: 'The wallet that it went to or came from, if it is another one.' }),
    hold_id: id.nullable().meta({ description: 'The hold that was captured or released.' }),
    reversal_of: id.nullable().meta({ description: 'The operation that was reversed.' }),
    batch_id: id.nullable().meta({ description: 'The batch that the operation is a line of.' }),
    description: z.string().nullable(),
    reference_id: z.string().nullable(),
    metadata: metadata.nullable(),
    version: z.int(),
    created_at: time,
  })
  .meta({ id: 'HistoryLine' });

export const statementLineSchema = z
  .strictObject({
    at: time.meta({ description: 'When it was applied.' }),
    operation_id: id,
    leg: z.int().meta({ description: 'Which movement of the operation it is.' }),
    type: z.enum(OPERATION_TYPES),
    amount: money.meta({ description: 'Signed: negative if it left the wallet.', example: '-4.00' }),
    balance: money.meta({ description: 'After it, excluding the held amount.', example: '6.00' }),
    version: z.int().meta({ description: 'Of the wallet after it: versions have no gaps.' }),
    other_wallet_id: id.nullable().meta({ description: 'The wallet on the other side, if it is another one.' }),
    other_account: z.string().nullable().meta({
      description: 'The house account on the other side, if it is one. A hold is a movement within the wallet.',
      example: 'treasury',
    }),
    hold_id: id.nullable().meta({ description: 'The hold that was captured or released.' }),
    reversal_of: id.nullable().meta({ description: 'The operation that was reversed.' }),
    batch_id: id.nullable().meta({ description: 'The batch that the operation is a line of.' }),
    description: z.string().nullable(),
    reference_id: z.string().nullable(),
    metadata: metadata.nullable(),
  })
  .meta({ id: 'StatementLine', description: 'A movement of the wallet.' });

export const statementSchema = z
  .strictObject({
    wallet_id: id,
    asset,
    from: time.meta({ description: 'Included.' }),
    to: time.meta({ description: 'Exclusive. Now, if a later time was requested.' }),
    opening_balance: money.meta({ description: 'Before the first line.', example: '10.00' }),
    closing_balance: money.meta({
      description: 'After the last line: always the opening balance and the sum of the amounts.',
      example: '6.00',
    }),
    lines: z.array(statementLineSchema).meta({ description: 'Every movement between the two, oldest first.' }),
  })
  .meta({ id: 'Statement', description: 'The movements of a wallet in a period, between two balances.' });

/** The additional fields of the last page of a history. */
export const archivedHistory = {
  archived: checkpointSchema.nullable().meta({
    description:
      'On the last page, if part of the requested period is in the archives: where it continues there. Otherwise null.',
  }),
};

const totals = {
  count: z.int().meta({ description: 'Of lines of the history.' }),
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
    archived: checkpointSchema.nullable().meta({
      description:
        'If part of the requested period is in the archives: the last movement there. Counts and sums are of those ' +
        'after it.',
    }),
    by_type: z.array(z.strictObject({ type: z.enum(OPERATION_TYPES), ...totals, first_at: time, last_at: time })),
  })
  .meta({ id: 'Statistics' });

export const clientSchema = z
  .strictObject({ id, login: z.string(), name: z.string(), created_at: time, wallets: z.array(walletSchema) })
  .meta({ id: 'Client' });
