import { z } from 'zod';

/**
 * A moment as a caller gives it. The database keeps microseconds, answers show milliseconds, and what is shown is what counts:
 * something is at the millisecond that is shown of it. A moment between two of these stands behind the one and before the other.
 */
export interface Moment {
  /** The last millisecond that is not after it: for what is up to it. */
  readonly floor: Date;
  /** The first millisecond that is not before it: for what is from it on. */
  readonly ceiling: Date;
}

const RFC_3339 = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })]);
const BETWEEN_MILLISECONDS = /\.\d{3}\d*[1-9]/;

/**
 * Reads a moment as RFC 3339 has it: any offset, any number of decimals, `t` and `z` in lower case too; the seconds may be left
 * out. Null for anything else, for a leap second, and for what is outside of the years 0 to 9999 in UTC, which cannot be shown.
 */
export function parseMoment(text: string): Moment | null {
  const upper = text.toUpperCase();
  if (!RFC_3339.safeParse(upper).success) return null;
  const floor = new Date(upper);
  const year = floor.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return null;
  return { floor, ceiling: BETWEEN_MILLISECONDS.test(upper) ? new Date(floor.getTime() + 1) : floor };
}
