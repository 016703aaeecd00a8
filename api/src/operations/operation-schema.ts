import { OPERATION_STATUSES, OPERATION_TYPES, PRIORITIES } from '@wallet/shared/words/operation';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import { z } from 'zod';
import { asset, id, metadata, money, time } from '../http/fields.ts';

/** An operation as the API answers it: `presentOperation` makes it. */
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
    metadata: metadata.nullable(),
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
