/** `hold_exceeded` as `hold exceeded`: codes of the API for the eye. */
export function showCode(code: string): string {
  return code.replaceAll('_', ' ');
}

/** A count with its digits grouped. */
export function showCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** `1 line`, `2 lines`. */
export function showNumberOf(count: number, noun: string): string {
  return `${showCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A rate per second, with as many decimals as say something. */
export function showRate(perSecond: number): string {
  return perSecond >= 10 ? showCount(Math.round(perSecond)) : String(Math.round(perSecond * 100) / 100);
}
