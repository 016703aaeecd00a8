import { z } from 'zod';
import { amount, assetCode, momentFrom, text, uuid } from '../http/schemas.ts';
import { EXPIRES_IN_MOST } from './terms-facts.ts';

/** The fields of requests for operations with terms, besides those in their path. */

const openAmount = amount.nullish().meta({
  description: 'Defaults to everything that is left.',
  example: '10.00',
});

const houseAccount = text(63).min(1).meta({ description: 'The name of a house account.', example: 'treasury' });

export const holdFields = {
  amount,
  expires_at: momentFrom.nullish().meta({
    description: 'When the remainder of the hold is released. In the future, at most 365 days ahead.',
    example: '2026-12-31T12:00:00.000Z',
  }),
  expires_in: z.int().min(1).max(EXPIRES_IN_MOST).nullish().meta({
    description: 'The same, as whole seconds from when the hold is accepted. Not together with `expires_at`.',
    example: 3600,
  }),
};

export const captureFields = {
  amount: openAmount,
  to_wallet_id: uuid.nullish().meta({ description: 'Where it goes: a wallet of the same asset.' }),
  to_account: houseAccount.nullish().meta({
    description: 'Or a house account. Without either it goes to the treasury.',
  }),
  final: z.boolean().nullish().meta({
    description: 'Whether the rest of the hold is released with it (the default); otherwise it stays held.',
    example: true,
  }),
};

export const releaseFields = { amount: openAmount };

export const reversalFields = {
  amount: amount.nullish().meta({
    description: 'Defaults to everything that was not reversed before. A posting is reversed as a whole.',
    example: '10.00',
  }),
};

const end = z
  .union([z.strictObject({ wallet_id: uuid }), z.strictObject({ account: houseAccount })], {
    error: 'must name a wallet, as {"wallet_id": …}, or a house account, as {"account": …}',
  })
  .meta({ description: 'A wallet or a house account.' });

const LEGS_MOST = 100;

export const postingFields = {
  legs: z
    .array(
      z.strictObject({
        from: end,
        to: end,
        asset: assetCode.nullish().meta({
          description: 'The code of an asset. Optional if one end is a wallet.',
          example: 'USD',
        }),
        amount,
      }),
    )
    .min(1)
    .max(LEGS_MOST)
    .meta({ description: 'At least one of them names a wallet.' }),
};
