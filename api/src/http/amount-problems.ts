import type { Asset } from '@wallet/shared/database/tables/assets';
import type { AmountProblem } from '@wallet/shared/words/money';

/** The problem with an amount of an asset, as the message of its field. */
export const AMOUNT_PROBLEMS = {
  not_a_decimal: () => 'must be written in digits such as "12.50", without leading zeros, exponent, sign or spaces',
  not_positive: () => 'must be greater than zero',
  too_many_decimals: (asset) => `${asset.code} has at most ${asset.scale} decimals`,
  too_large: () => 'is larger than an account can hold',
} as const satisfies Record<AmountProblem, (asset: Asset) => string>;
