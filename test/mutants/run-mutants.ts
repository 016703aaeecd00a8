import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyProject } from './copy-project.ts';
import { EVERY_MUTANT } from './every-mutant.ts';
import { type Hunt, checkCopy, huntMutant } from './hunt-mutant.ts';
import type { Mutant } from './mutant.ts';
import { drawTable, summarise, writePage } from './report.ts';

/**
 * `npm run mutants [-- --only name] [--all] [--list] [--unchecked]`: puts known bugs into a copy of the project, one after the
 * other, and asks the tests. Exits with 1 if one survives, with 2 if the question makes no sense.
 */
const PAGE = fileURLToPath(new URL('README.md', import.meta.url));

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    all: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    /** Leaves out what the tests say without a bug: for whoever is writing a mutant. */
    unchecked: { type: 'boolean', default: false },
  },
});

const chosen = EVERY_MUTANT.filter(({ name }) => options.only?.includes(name) ?? true);
const unknown = options.only?.filter((name) => !EVERY_MUTANT.some((mutant) => mutant.name === name)) ?? [];
if (unknown.length > 0) {
  process.stderr.write(`There is no mutant ${unknown.join(', ')}. Those there are: npm run mutants -- --list\n`);
  process.exitCode = 2;
} else if (options.list) {
  for (const { name, file, bug } of chosen) process.stdout.write(`${name} (${file}): ${bug}\n`);
} else {
  process.exitCode = await hunt(chosen);
}

async function hunt(mutants: readonly Mutant[]): Promise<number> {
  const begun = performance.now();
  const copy = copyProject();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  if (!options.unchecked) {
    const problem = await checkCopy(copy, mutants, options.all);
    if (problem !== null) {
      process.stderr.write(`${problem}\n`);
      return 2;
    }
    process.stdout.write(`Without a bug, the tests pass.\n`);
  }

  const hunts: Hunt[] = [];
  for (const mutant of mutants) {
    const result = await huntMutant(copy, mutant, options.all);
    hunts.push(result);
    const { caughtBy } = result;
    const outcome =
      caughtBy === null ? 'SURVIVED' : `caught after ${caughtBy.seconds.toFixed(1)} s by ${caughtBy.test}`;
    process.stdout.write(`${mutant.name}: ${outcome}\n`);
  }

  const minutes = (performance.now() - begun) / 60_000;
  process.stdout.write(`\n${drawTable(hunts)}\n\n${summarise(hunts, minutes)}\n`);
  const isWhole = options.only === undefined && !options.all && !options.unchecked;
  if (isWhole) writeFileSync(PAGE, writePage(hunts, minutes, new Date().toISOString().slice(0, 10)));
  return hunts.every(({ caughtBy }) => caughtBy !== null) ? 0 : 1;
}
