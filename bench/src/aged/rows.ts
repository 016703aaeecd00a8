/**
 * Rows of a table, as text of COPY. They are written down at once: hundreds of thousands of strings that are kept a while took node
 * longer to look through than to make.
 */
export interface Rows {
  /** Adds a row, of ASCII characters. */
  add(row: string): void;
  readonly count: number;
  /** The text so far. It is good until the next row is added. */
  text(): Buffer;
  clear(): void;
}

const FIRST_BYTES = 1 << 20;

export function createRows(): Rows {
  let buffer = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  let count = 0;
  return {
    add(row) {
      if (length + row.length + 1 > buffer.length) {
        const larger = Buffer.allocUnsafe(2 * buffer.length);
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      length += buffer.write(row, length, 'latin1');
      buffer[length] = NEWLINE;
      length += 1;
      count += 1;
    },
    get count() {
      return count;
    },
    text: () => buffer.subarray(0, length),
    clear() {
      length = 0;
      count = 0;
    },
  };
}

const NEWLINE = 10;
