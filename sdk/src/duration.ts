/** How long something takes at most, with its unit: `'500ms'`, `'5s'`, `'2m'`, `'1h'`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h'}`;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** @throws TypeError if the text is not a duration. */
export function toMilliseconds(duration: Duration): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(duration) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new TypeError(`${duration} is not a duration: write a number and ms, s, m or h, as in '5s'.`);
  }
  return Number(digits) * UNITS[unit as keyof typeof UNITS];
}
