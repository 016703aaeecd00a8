import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Mutant, readTest } from './mutant.ts';
import { type Source, placeMutant } from './place-mutant.ts';

/** Why mutants cannot be tried, one sentence each. `tests` is the folder of the tests that they name. */
export function findProblems(mutants: readonly Mutant[], sources: readonly Source[], tests: string): string[] {
  const names = mutants.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...twice.map((name) => `${name}: more than one mutant has this name`),
    ...mutants.flatMap((mutant) => [
      ...problemOfPlace(mutant, sources),
      ...(mutant.tests.length === 0 ? [`${mutant.name}: it names no test`] : []),
      ...mutant.tests.flatMap((test) => problemOfTest(mutant, test, tests)),
    ]),
  ];
}

function problemOfPlace(mutant: Mutant, sources: readonly Source[]): string[] {
  try {
    placeMutant(sources, mutant);
    return [];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [error.message];
  }
}

function problemOfTest({ name }: Mutant, test: string, tests: string): string[] {
  const { file, part } = readTest(test);
  const path = join(tests, file);
  if (!existsSync(path)) return [`${name}: there is no test file ${file}`];
  return part === null || readFileSync(path, 'utf8').includes(part)
    ? []
    : [`${name}: no test in ${file} says "${part}"`];
}
