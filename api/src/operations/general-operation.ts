import { KINDS, type Naming } from '@wallet/shared/words/kinds';
import { OPERATION_TYPES, type OperationType } from '@wallet/shared/words/operation';
import { z } from 'zod';
import { amount, assetCode, operationExtras, text, uuid } from '../http/schemas.ts';
import { captureFields, holdFields, postingFields, releaseFields, reversalFields } from './terms-fields.ts';

type NamedBy<Name extends Naming> = {
  [Type in OperationType]: (typeof KINDS)[Type]['hasTerms'] extends true
    ? never
    : Name extends (typeof KINDS)[Type]['namedBy'][number]
      ? Type
      : never;
}[OperationType];

const wrongType = { error: `must be one of ${OPERATION_TYPES.join(', ')}` };

/** The types of operation without terms that name wallets in this way. */
function typesNamedBy<Name extends Naming>(name: Name): z.ZodLiteral<NamedBy<Name>> {
  const isNamed = (type: OperationType): type is NamedBy<Name> =>
    !KINDS[type].hasTerms && KINDS[type].namedBy.some((each: Naming) => each === name);
  return z.literal(OPERATION_TYPES.filter(isNamed), wrongType);
}

/** How a request names a user's asset: by code, or by number. */
export const assetOfUser = { asset: assetCode.nullish(), asset_type_id: z.int().nullish() };

/** An operation without terms: on a wallet, between two wallets, or on the wallet of a user. */
function simpleForms<Extras extends z.ZodRawShape>(extras: Extras) {
  return [
    z.strictObject({ type: typesNamedBy('wallet'), wallet_id: uuid, amount, ...extras }),
    z.strictObject({ type: typesNamedBy('two_wallets'), from_wallet_id: uuid, to_wallet_id: uuid, amount, ...extras }),
    z.strictObject({
      type: typesNamedBy('user'),
      external_user_id: text(255).min(1),
      ...assetOfUser,
      amount,
      ...extras,
    }),
  ] as const;
}

/** An operation with terms: on a wallet, on the result of another operation, or with several legs. */
function formsWithTerms<Extras extends z.ZodRawShape>(extras: Extras) {
  return [
    z.strictObject({ type: z.literal('hold', wrongType), wallet_id: uuid, ...holdFields, ...extras }),
    z.strictObject({ type: z.literal('capture', wrongType), hold_id: uuid, ...captureFields, ...extras }),
    z.strictObject({ type: z.literal('release', wrongType), hold_id: uuid, ...releaseFields, ...extras }),
    z.strictObject({ type: z.literal('reversal', wrongType), operation_id: uuid, ...reversalFields, ...extras }),
    z.strictObject({ type: z.literal('posting', wrongType), ...postingFields, ...extras }),
  ] as const;
}

/** An operation of any type. */
export function generalOperation<Extras extends z.ZodRawShape>(extras: Extras) {
  return z.union([...simpleForms(extras), ...formsWithTerms(extras)]);
}

/** A line of a batch has the fields of `POST /operations`, without a priority of its own. */
export const lineSchema = generalOperation(operationExtras).meta({ id: 'BatchOperation' });

type FieldOf<Line> = Line extends unknown ? keyof Line : never;
/** The fields that a line may have; in a table, its columns. */
export type LineField = FieldOf<z.output<typeof lineSchema>>;
