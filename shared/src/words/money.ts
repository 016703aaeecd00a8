/** Amounts are integers of minor units (`bigint`) everywhere inside; decimal text at the asset's scale outside. */

/** The largest amount, and the largest balance of a wallet: what Postgres' `bigint` holds. A house account may hold more. */
export const MAX_MINOR_UNITS = 2n ** 63n - 1n;

export type AmountProblem = 'not_a_decimal' | 'too_many_decimals' | 'not_positive' | 'too_large';

export type ParsedAmount = { ok: true; minorUnits: bigint } | { ok: false; problem: AmountProblem };

const DECIMAL = /^(-?)(0|[1-9]\d{0,39})(?:\.(\d{1,40}))?$/;

/**
 * The one rule for spelling an amount, in JSON and CSV alike: digits, optionally followed by a point and more digits. Leading
 * zeros, exponents, `+`, spaces and separators are refused: a spreadsheet writes `1.23E+14` for an amount whose digits it has
 * dropped.
 *
 * Reads an amount exactly: `"12.5"` at scale 2 is 1250n. Nothing is rounded: a decimal that the scale cannot hold is a
 * problem even when it is zero ("1.000" at scale 2 says more than the asset can).
 */
export function parseAmount(text: string, scale: number): ParsedAmount {
  const match = DECIMAL.exec(text);
  if (match === null) return { ok: false, problem: 'not_a_decimal' };
  const [, sign, whole = '', fraction = ''] = match;
  const minorUnits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  if (sign === '-' || (minorUnits === 0n && !/[1-9]/.test(fraction))) return { ok: false, problem: 'not_positive' };
  if (fraction.length > scale) return { ok: false, problem: 'too_many_decimals' };
  if (minorUnits > MAX_MINOR_UNITS) return { ok: false, problem: 'too_large' };
  return { ok: true, minorUnits };
}

/** Reads a limit, which is an amount or zero. */
export function parseLimit(text: string, scale: number): ParsedAmount {
  const [zero, decimals = ''] = /^0(?:\.(0{1,40}))?$/.exec(text) ?? [];
  if (zero === undefined) return parseAmount(text, scale);
  return decimals.length > scale ? { ok: false, problem: 'too_many_decimals' } : { ok: true, minorUnits: 0n };
}

/** Writes minor units as decimal text with exactly `scale` decimals: 1250n at scale 2 is `"12.50"`. */
export function formatAmount(minorUnits: bigint, scale: number): string {
  if (scale === 0) return minorUnits.toString();
  const sign = minorUnits < 0n ? '-' : '';
  const digits = (minorUnits < 0n ? -minorUnits : minorUnits).toString().padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
