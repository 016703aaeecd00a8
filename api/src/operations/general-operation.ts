import { KINDS, type Naming } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES, type OperationType } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { amount, assetCode, operationExtras, text, uuid } from '../http/schemas.ts';

type NamedBy<Name extends Naming> = {
  [Type in OperationType]: Name extends (typeof KINDS)[Type]['namedBy'][number] ? Type : never;
}[OperationType];

/** The types of operation whose wallets are named that way. */
function typesNamedBy<Name extends Naming>(name: Name): z.ZodLiteral<NamedBy<Name>> {
  const isNamed = (type: OperationType): type is NamedBy<Name> =>
    KINDS[type].namedBy.some((each: Naming) => each === name);
  return z.literal(OPERATION_TYPES.filter(isNamed));
}

/** How a request names a user's asset: by code, or by number. */
export const assetOfUser = { asset: assetCode.nullish(), asset_type_id: z.int().nullish() };

/** An operation of any type: on a wallet, from one to another, or on the wallet of a user. */
export function generalOperation<Extras extends z.ZodRawShape>(extras: Extras) {
  return z.union([
    z.strictObject({ type: typesNamedBy('wallet'), wallet_id: uuid, amount, ...extras }),
    z.strictObject({ type: typesNamedBy('two_wallets'), from_wallet_id: uuid, to_wallet_id: uuid, amount, ...extras }),
    z.strictObject({
      type: typesNamedBy('user'),
      external_user_id: text(255).min(1),
      ...assetOfUser,
      amount,
      ...extras,
    }),
  ]);
}

/** A line of a batch has the fields of `POST /operations`, without a priority of its own. */
export const lineSchema = generalOperation(operationExtras);

type FieldOf<Line> = Line extends unknown ? keyof Line : never;
/** The fields that a line may have; in a table, its columns. */
export type LineField = FieldOf<z.output<typeof lineSchema>>;
