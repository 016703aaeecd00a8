import { z } from 'zod';
import { amount, assetCode, text, uuid } from './schemas.ts';

const walletTypes = z.enum(['deposit', 'withdraw', 'resupply', 'top_up', 'bonus', 'spend']);

/** How a request names a user's asset: by code, or by number. */
export const assetOfUser = { asset: assetCode.nullish(), asset_type_id: z.int().nullish() };

/** An operation of any type: on a wallet, from one to another, or on the wallet of a user. */
export function generalOperation<Extras extends z.ZodRawShape>(extras: Extras) {
  return z.union([
    z.strictObject({ type: walletTypes, wallet_id: uuid, amount, ...extras }),
    z.strictObject({ type: z.literal('transfer'), from_wallet_id: uuid, to_wallet_id: uuid, amount, ...extras }),
    z.strictObject({ type: walletTypes, external_user_id: text(255).min(1), ...assetOfUser, amount, ...extras }),
  ]);
}
