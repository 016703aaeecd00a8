import type { RawLine } from '@wallet/api/batches/raw-line';
import fc from 'fast-check';

/** The text in pieces that end at the `cuts`, as a body comes in. */
export async function* inPieces(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const place of [...places, text.length]) {
    yield await Promise.resolve(text.slice(start, place));
    start = place;
  }
}

export async function all(lines: AsyncIterable<RawLine[]>): Promise<RawLine[]> {
  const found: RawLine[] = [];
  for await (const group of lines) found.push(...group);
  return found;
}

export const cuts = fc.array(fc.nat(5_000), { maxLength: 12 });

/** A field that contains what looks like its end. */
export const field = fc.string({
  unit: fc.constantFrom('a', '"', ',', '\n', '\\', '{', '}', '[', ']', ':', ' ', 'é', '😀'),
  maxLength: 8,
});
