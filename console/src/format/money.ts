/**
 * Amounts are decimal text at the scale of their asset. They stay text: digits are grouped for the eye, and none is
 * dropped or rounded.
 */

/** Groups the whole digits of an amount by three, with a narrow space, which no country reads as a decimal sign. */
export function showAmount(amount: string): string {
  const [, sign = '', whole = amount, fraction = ''] = /^(-?)(\d+)(\.\d+)?$/.exec(amount) ?? [];
  return `${sign === '-' ? '\u2212' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, '\u202f')}${fraction}`;
}

/** The same with a sign before what is positive, for a change of a balance. */
export function showChange(amount: string): string {
  return isNegative(amount) || isZero(amount) ? showAmount(amount) : `+${showAmount(amount)}`;
}

export function isNegative(amount: string): boolean {
  return amount.startsWith('-') && !isZero(amount);
}

export function isZero(amount: string): boolean {
  return !/[1-9]/.test(amount);
}

/** An amount in minor units and the scale that its text has. */
export function toMinorUnits(amount: string): { units: bigint; scale: number } {
  const [whole = '0', fraction = ''] = amount.split('.');
  return { units: BigInt(whole + fraction), scale: fraction.length };
}

/** Minor units as text: the inverse of `toMinorUnits`. */
export function fromMinorUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const sign = units < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** What is left of an amount when another of the same scale is taken from it. */
export function subtract(amount: string, taken: string): string {
  const { units, scale } = toMinorUnits(amount);
  return fromMinorUnits(units - toMinorUnits(taken).units, scale);
}

/** An amount as a person types it, at the scale of another; null if it is none, or has more decimals. */
export function readAmount(text: string, like: string): string | null {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  const { scale } = toMinorUnits(like);
  if (whole === undefined || fraction.length > scale) return null;
  return fromMinorUnits(BigInt(whole + fraction.padEnd(scale, '0')), scale);
}
