/** One line of a batch as it was sent. */
export interface RawLine {
  /** The line of the body on which it begins, from 1; in a JSON array, the element. */
  readonly line: number;
  /** Its unchecked fields. */
  readonly value: unknown;
  /** Why it cannot be read at all. */
  readonly problem: string | null;
  /** The key of the line, whatever keys its fields have. */
  readonly key?: string;
  /** The field with the problem, if it is in one. */
  readonly field?: string;
}

/** The longest line, or element of an array, in characters. */
export const LINE_LIMIT = 64 * 1024;
