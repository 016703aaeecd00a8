import { z } from 'zod';

/**
 * A time as a caller gives it. The database keeps microseconds and answers show milliseconds; comparisons use the shown
 * millisecond, so that a time taken from an answer finds what it was shown for. A finer time lies between two
 * milliseconds.
 */
export interface Moment {
  /** The last millisecond that is not after it. */
  readonly floor: Date;
  /** The first millisecond that is not before it. */
  readonly ceiling: Date;
}

const RFC_3339 = z.union([z.iso.datetime({ offset: true }), z.iso.datetime({ offset: true, precision: -1 })]);
const BETWEEN_MILLISECONDS = /\.\d{3}\d*[1-9]/;

/**
 * Reads a time in the format of RFC 3339: any offset, any number of decimals, `t` and `z` in either case; the seconds
 * may be left out. Null for anything else, for a leap second, and for a time outside the years 0 to 9999 in UTC.
 */
export function parseMoment(text: string): Moment | null {
  const upper = text.toUpperCase();
  if (!RFC_3339.safeParse(upper).success) return null;
  const floor = new Date(upper);
  const year = floor.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) return null;
  return { floor, ceiling: BETWEEN_MILLISECONDS.test(upper) ? new Date(floor.getTime() + 1) : floor };
}
