/** One line of a batch as it was sent. */
export interface RawLine {
  /** Where it begins: the first line of the body is 1. For an element of a JSON array, which element. */
  readonly line: number;
  /** Its fields, not checked yet. */
  readonly value: unknown;
  /** Why it cannot be read at all. */
  readonly problem: string | null;
  /** Names the request of the line, whatever keys its fields have. */
  readonly key?: string;
  /** The field that the problem is in, if it is in one. */
  readonly field?: string;
}

/** The longest line, or element of an array, in characters. */
export const LINE_LIMIT = 64 * 1024;
