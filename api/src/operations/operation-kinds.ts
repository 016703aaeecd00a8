import { PRIORITIES } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { asset, id, metadata, money, time } from '../http/fields.ts';

/** The fields of an operation by its type, whatever its status. */

/** Where a leg begins or ends. */
const end = z.union([
  z.strictObject({ wallet_id: id }),
  z.strictObject({ account: z.string().meta({ example: 'treasury' }) }),
]);

const everyKind = {
  asset,
  priority: z.enum(PRIORITIES),
  description: z.string().nullable(),
  reference_id: z.string().nullable(),
  idempotency_key: z.string().nullable(),
  metadata: metadata.nullable(),
  execute_at: time.optional().meta({ description: 'When a scheduled operation is due.' }),
};

const reversible = {
  reversed_amount: money.optional().meta({ description: 'How much of it was reversed, if any.' }),
};

const openAmount = money.nullable().meta({
  description: 'Null until the operation has succeeded, if the request left it out.',
});

/** Null only in a dry run. */
const transaction_number = id.nullable();

/** The state of the named wallet, and of another, after an operation with terms; absent if nothing moved there. */
const termsResult = z
  .strictObject({
    transaction_number,
    wallet_balance: money.optional(),
    wallet_version: z.int().optional(),
    held_balance: money.optional().meta({ description: 'What holds of the wallet set aside afterwards.' }),
    to_wallet_balance: money.optional(),
    to_wallet_version: z.int().optional(),
  })
  .nullable();

const oneWalletKind = z
  .strictObject({
    ...everyKind,
    type: z.enum(['deposit', 'withdraw', 'resupply', 'top_up', 'bonus', 'spend']),
    wallet_id: id,
    amount: money,
    ...reversible,
    result: z.strictObject({ transaction_number, wallet_balance: money, wallet_version: z.int() }).nullable(),
  })
  .meta({ id: 'OneWalletKind', description: 'An amount moves between a wallet and the treasury.' });

const transferKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('transfer'),
    from_wallet_id: id,
    to_wallet_id: id,
    amount: money,
    ...reversible,
    result: z
      .strictObject({
        transaction_number,
        from_wallet_balance: money,
        from_wallet_version: z.int(),
        to_wallet_balance: money,
        to_wallet_version: z.int(),
      })
      .nullable(),
  })
  .meta({ id: 'TransferKind', description: 'An amount moves from one wallet to another.' });

const holdKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('hold'),
    wallet_id: id,
    amount: money,
    expires_at: time.nullable().meta({ description: 'When the remainder is released.' }),
    result: termsResult,
  })
  .meta({ id: 'HoldKind', description: 'An amount of a wallet is set aside.' });

const captureKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('capture'),
    wallet_id: id.meta({ description: 'The wallet of the hold.' }),
    hold_id: id,
    to_wallet_id: id.optional().meta({ description: 'The receiving wallet, if it is one.' }),
    to_account: z
      .string()
      .optional()
      .meta({ description: 'The receiving house account, if it is one.', example: 'treasury' }),
    final: z.boolean().meta({ description: 'Whether it releases the rest of the hold.' }),
    amount: openAmount,
    ...reversible,
    result: termsResult,
  })
  .meta({ id: 'CaptureKind', description: 'What is held moves to the treasury, a house account or a wallet.' });

const releaseKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('release'),
    wallet_id: id.meta({ description: 'The wallet of the hold.' }),
    hold_id: id,
    reason: z.literal('expired').nullable().meta({
      description: '`expired` if the hold expired; otherwise null.',
    }),
    amount: openAmount,
    result: termsResult,
  })
  .meta({ id: 'ReleaseKind', description: 'What is held returns to its wallet.' });

const reversalKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('reversal'),
    wallet_id: id.meta({ description: 'The first wallet of the operation that is reversed.' }),
    reversal_of: id.meta({ description: 'The operation that is reversed.' }),
    amount: openAmount,
    result: termsResult,
  })
  .meta({ id: 'ReversalKind', description: 'What another operation moved is taken back.' });

const postingKind = z
  .strictObject({
    ...everyKind,
    type: z.literal('posting'),
    wallet_id: id.meta({ description: 'The first wallet that its legs name.' }),
    legs: z
      .array(z.strictObject({ from: end, to: end, asset, amount: money }))
      .meta({ description: 'What it moves, in this order.' }),
    amount: z.null().meta({ description: 'Each leg has its own.' }),
    reversed: z.literal(true).optional().meta({ description: 'Whether it was reversed.' }),
    reversed_amount: z.null().optional().meta({ description: 'Its legs can be of several assets, which have no sum.' }),
    result: termsResult,
  })
  .meta({ id: 'PostingKind', description: 'Several amounts move, all or none.' });

export const operationKind = z
  .discriminatedUnion('type', [
    oneWalletKind,
    transferKind,
    holdKind,
    captureKind,
    releaseKind,
    reversalKind,
    postingKind,
  ])
  .meta({ id: 'OperationKind', description: 'What an operation moves, by its `type`.' });
