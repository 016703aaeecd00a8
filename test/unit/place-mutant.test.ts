import type { Mutant } from '../mutants/mutant.ts';
import { placeMutant } from '../mutants/place-mutant.ts';

const mutantOf = (text: string): Mutant => ({ name: 'm', bug: 'b', text, instead: 'return 0;', tests: [] });
const sum = { path: 'a.ts', text: 'function sum() {\n  const total = a +\n    b;\n  return total;\n}\n' };
const other = { path: 'b.ts', text: 'export const LIMIT = 3;\n' };

describe('placeMutant', () => {
  it('finds the text in whichever file it stands, however it is indented', () => {
    const placed = placeMutant([other, sum], mutantOf('const total = a + b;\n        return total;'));
    expect(placed).toEqual({ path: 'a.ts', text: 'function sum() {\n  return 0;\n}\n' });
  });

  it('names the nearest lines if the text is nowhere', () => {
    expect(() => placeMutant([other, sum], mutantOf('return totals;'))).toThrow(
      'm: its text occurs nowhere in the product; the nearest is in a.ts:4:\n  return total;',
    );
  });

  it('refuses a text that occurs twice, in one file or in two', () => {
    expect(() => placeMutant([sum], mutantOf('total'))).toThrow('occurs 2 times, not once: in a.ts, a.ts');
    expect(() => placeMutant([sum, { ...sum, path: 'c.ts' }], mutantOf('return total;'))).toThrow('in a.ts, c.ts');
  });
});
