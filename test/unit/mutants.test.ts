import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { EVERY_MUTANT } from '../mutants/every-mutant.ts';
import { mutate, readTest } from '../mutants/mutant.ts';

const sourceOf = (file: string): string => readFileSync(join(PROJECT_ROOT, file), 'utf8');

describe('a mutant', () => {
  it('has a name of its own', () => {
    expect(new Set(EVERY_MUTANT.map(({ name }) => name)).size).toBe(EVERY_MUTANT.length);
  });

  it.each(EVERY_MUTANT.map((mutant) => [mutant.name, mutant] as const))('applies: %s', (_name, mutant) => {
    const source = sourceOf(mutant.file);
    expect(mutate(source, mutant)).not.toBe(source);
  });

  it.each(EVERY_MUTANT.map(({ name, tests }) => [name, tests] as const))('is asked about: %s', (_name, tests) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, part } of tests.map(readTest)) {
      expect(existsSync(join(PROJECT_ROOT, 'test', file))).toBe(true);
      expect(sourceOf(join('test', file))).toContain(part ?? '');
    }
  });

  it.each([
    ['never', 'ab', 0],
    ['twice', 'abcabc', 2],
  ])('does not apply where its text stands %s', (_what, source, times) => {
    const mutant = { name: 'm', bug: 'b', file: 'f', text: 'abc', instead: 'x', tests: [] };
    expect(() => mutate(source, mutant)).toThrow(`${times} times`);
  });
});
