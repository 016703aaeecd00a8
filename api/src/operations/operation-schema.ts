import { OPERATION_STATUSES, OPERATION_TYPES, PRIORITIES } from '@wallet/shared/words/operation';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import { z } from 'zod';
import { asset, id, metadata, money, time } from '../http/fields.ts';
import { waitingFields } from '../http/waiting.ts';

/** Where a leg begins or ends. */
const end = z.union([
  z.strictObject({ wallet_id: id }),
  z.strictObject({ account: z.string().meta({ example: 'treasury' }) }),
]);

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
    amount: money.nullable().meta({
      description:
        'Null where it was left open, until the operation has succeeded; and where several amounts move: the legs of a posting.',
    }),
    reversed_amount: money.nullable().optional().meta({
      description:
        'How much of it was reversed, if anything was. Null for a posting, whose legs can be of several assets.',
    }),
    reversed: z.literal(true).optional().meta({ description: 'Of a posting of which anything was reversed.' }),
    expires_at: time.nullable().optional().meta({ description: 'Of a hold: when what is left of it is released.' }),
    hold_id: id.optional().meta({ description: 'The hold of a capture or a release.' }),
    to_account: z
      .string()
      .optional()
      .meta({ description: 'The house account that a capture goes to.', example: 'treasury' }),
    final: z.boolean().optional().meta({ description: 'Whether a capture gives back what it leaves of the hold.' }),
    reason: z.literal('expired').nullable().optional().meta({
      description: '`expired`, of the release of a hold that expired; null of any other.',
    }),
    reversal_of: id.optional().meta({ description: 'The operation that a reversal takes back.' }),
    legs: z
      .array(z.strictObject({ from: end, to: end, asset, amount: money }))
      .optional()
      .meta({
        description: 'What a posting moves, in this order.',
      }),
    priority: z.enum(PRIORITIES),
    description: z.string().nullable(),
    reference_id: z.string().nullable(),
    idempotency_key: z.string().nullable(),
    metadata: metadata.nullable(),
    batch_id: id.nullable().meta({ description: 'The batch that it is a line of.' }),
    execute_at: time.optional().meta({ description: 'Of an operation that was scheduled: for when.' }),
    created_at: time,
    completed_at: time.nullable(),
    result: z
      .strictObject({
        transaction_number: id,
        wallet_balance: money.optional().meta({
          description: 'As the operation left it; absent, like its version, where it moved nothing there.',
        }),
        wallet_version: z.int().optional(),
        held_balance: money
          .optional()
          .meta({ description: 'What a hold, a capture or a release left held of the wallet.' }),
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
    description:
      'A request to move an amount. A transfer names both wallets, all others one, and a capture also the wallet that it goes to. ' +
      'What only some types have is absent from the others.',
  });

/** An operation that is asked for by itself: while it waits, it says why. */
export const polledOperationSchema = operationSchema.extend(waitingFields).meta({
  id: 'PolledOperation',
  description: 'An operation, and while it is pending or scheduled also why it waits and until when.',
});
