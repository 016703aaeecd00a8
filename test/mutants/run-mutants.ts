import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROJECT_ROOT } from '@wallet/local/project';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { findProblems } from './check-mutants.ts';
import { copyProject } from './copy-project.ts';
import { EVERY_MUTANT } from './every-mutant.ts';
import { type Hunt, checkCopy, huntMutant } from './hunt-mutant.ts';
import type { Mutant } from './mutant.ts';
import { readProduct } from './place-mutant.ts';
import { drawTable, summarise, writePage } from './report.ts';

const PAGE = fileURLToPath(new URL('README.md', import.meta.url));
const TESTS = fileURLToPath(new URL('..', import.meta.url));

const HELP = `npm run mutants [-- options]

Puts known bugs into a copy of the project, one after the other, and asks the tests. Before that it looks whether each can be
tried, and names those that cannot.

  --only NAME   only this bug; may be given several times
  --all         asks all tests, not only those that should notice
  --list        lists the bugs, and ends
  --check       looks whether each bug has its place in the sources and its tests exist, and ends; takes two seconds
  --unchecked   leaves out what the tests say without a bug: while a bug is being written

Exit status 1 if a bug survives, 2 if one of them cannot be tried or the question makes no sense.`;

const OPTIONS = {
  only: { type: 'string', multiple: true },
  all: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  unchecked: { type: 'boolean', default: false },
} as const;

const read = (args: readonly string[]) => readOptions('npm run mutants', args, { options: OPTIONS }).values;
type Options = ReturnType<typeof read>;

await runCommand({ help: HELP, failed: 'The mutants could not be tried', read, run });

async function run(options: Options): Promise<number> {
  const chosen = EVERY_MUTANT.filter(({ name }) => options.only?.includes(name) ?? true);
  const unknown = options.only?.filter((name) => !EVERY_MUTANT.some((mutant) => mutant.name === name)) ?? [];
  if (unknown.length > 0)
    throw new UsageError(`There is no mutant ${unknown.join(', ')}. Those there are: npm run mutants -- --list`);
  if (options.list) {
    for (const { name, bug } of chosen) process.stdout.write(`${name}: ${bug}\n`);
    return 0;
  }
  const problems = findProblems(chosen, readProduct(PROJECT_ROOT), TESTS);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) return 2;
  process.stdout.write(`${chosen.length} of ${EVERY_MUTANT.length} mutants can be tried.\n`);
  return options.check ? 0 : hunt(chosen, options);
}

async function hunt(mutants: readonly Mutant[], options: Options): Promise<number> {
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
