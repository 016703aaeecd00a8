import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, readTest } from './mutant.ts';
import { placeMutant, readProduct } from './place-mutant.ts';
import { type Failure, type Tests, runTestsOfCopy, tellLast } from './run-tests-of-copy.ts';

/** The tests' result for a mutant. `caughtBy` is null if it survived. */
export interface Hunt {
  readonly mutant: Mutant;
  readonly caughtBy: Failure | null;
  /** Of the tests that were run. */
  readonly seconds: number;
}

/**
 * Puts the bug into the copy, runs the mutant's tests until one fails, or with `all` every test there is, and takes the
 * bug out again.
 */
export async function huntMutant(copy: string, mutant: Mutant, all: boolean): Promise<Hunt> {
  const mutated = placeMutant(readProduct(copy), mutant);
  const path = join(copy, mutated.path);
  const source = readFileSync(path, 'utf8');
  writeFileSync(path, mutated.text);
  try {
    let seconds = 0;
    for (const tests of all ? [EVERY_TEST] : mutant.tests.map(toTests)) {
      const verdict = await runTestsOfCopy(copy, tests);
      if (verdict.kind === 'failed') {
        return { mutant, caughtBy: { test: verdict.test, seconds: seconds + verdict.seconds }, seconds };
      }
      seconds += verdict.seconds;
    }
    return { mutant, caughtBy: null, seconds };
  } finally {
    writeFileSync(path, source);
  }
}

const EVERY_TEST: Tests = { files: null, part: null };

function toTests(test: string): Tests {
  const { file, part } = readTest(test);
  return { files: [file], part };
}

/** A bug that every test notices. If it survives, the tests of the copy do not run the sources of the copy. */
const THROWS: Mutant = {
  name: 'throws',
  bug: 'nothing can be loaded',
  text: 'export const MAX_MINOR_UNITS = ',
  instead: "throw new Error('mutated');\nexport const MAX_MINOR_UNITS = ",
  tests: ['unit/money'],
};

/**
 * Whether the copy can tell mutants from the product: its tests fail with a bug in its sources, and without one the
 * mutants' tests pass. @returns what is wrong, or null.
 */
export async function checkCopy(copy: string, mutants: readonly Mutant[], all: boolean): Promise<string | null> {
  const thrown = await huntMutant(copy, THROWS, false);
  if (thrown.caughtBy === null) return 'the tests of the copy do not run its sources';
  for (const tests of all ? [EVERY_TEST] : testsOf(mutants)) {
    const verdict = await runTestsOfCopy(copy, tests);
    if (verdict.kind === 'failed') return `without any bug it fails too: ${verdict.test}\n${tellLast(copy)}`;
    if (verdict.kind === 'not_ended') return 'without any bug the tests do not end in time';
  }
  return null;
}

/** Every test of the mutants: the files that run as a whole, and those that run in part. */
function testsOf(mutants: readonly Mutant[]): Tests[] {
  const named = mutants.flatMap(({ tests }) => tests).map(readTest);
  const whole = new Set(named.filter(({ part }) => part === null).map(({ file }) => file));
  const inPart = named.filter(({ file }) => !whole.has(file));
  const parts = [...new Set(inPart.map(({ part }) => part))].join('|');
  return [
    { files: [...whole], part: null },
    { files: [...new Set(inPart.map(({ file }) => file))], part: parts },
  ].filter(({ files }) => files.length > 0);
}
