import { setImmediate } from 'node:timers/promises';
import type { RawLine } from './raw-line.ts';

/**
 * The same lines in groups of limited size (lines and legs), or of one line. Between them the process handles other
 * requests.
 */
export async function* inSlices(source: AsyncIterable<RawLine[]>, limit: number): AsyncGenerator<RawLine[]> {
  for await (const lines of source) {
    let slice: RawLine[] = [];
    let size = 0;
    for (const line of lines) {
      const own = 1 + countLegs(line.value);
      if (slice.length > 0 && size + own > limit) {
        yield slice;
        slice = [];
        size = 0;
        await setImmediate();
      }
      slice.push(line);
      size += own;
    }
    yield slice;
  }
}

/** Unchecked: they may be anything. */
function countLegs(line: unknown): number {
  return typeof line === 'object' && line !== null && 'legs' in line && Array.isArray(line.legs) ? line.legs.length : 0;
}
