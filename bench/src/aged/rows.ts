/**
 * Rows of a table, as text of COPY. They are written to a buffer at once: hundreds of thousands of live strings cost
 * the garbage collector more than generating them.
 */
export interface Rows {
  /** Adds a row, of ASCII characters. */
  add(row: string): void;
  readonly count: number;
  /** The text so far. It is valid until the next row is added. */
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
