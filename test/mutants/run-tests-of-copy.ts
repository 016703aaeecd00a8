import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startChild } from '@wallet/local/child';
import { RUN_SOURCE } from '@wallet/local/project';
import { JEST_COMMAND } from '../support/jest-command.ts';

/** The first test that failed, and after how long. */
export interface Failure {
  readonly test: string;
  readonly seconds: number;
}

/** How tests of the copy ended. Tests that did not end in time have no result. */
export type Verdict =
  { readonly kind: 'passed' | 'not_ended'; readonly seconds: number } | ({ readonly kind: 'failed' } & Failure);

/** Longer than any test file takes on two cores, and all of them. */
const LIMIT_MS = 300_000;
const LIMIT_OF_MANY_MS = 1_800_000;

const LOG = 'tests.log';
/** How many characters of it are reported in case of an error. */
const TOLD = 4_000;

/** Which tests: files from the folder `test`, or null for all; `part` is a part of their names. */
export interface Tests {
  readonly files: readonly string[] | null;
  readonly part: string | null;
}

/**
 * Runs tests of the copy until one fails, as `npm test` does. Their output goes into a log beside the copy's sources.
 */
export async function runTestsOfCopy(copy: string, { files, part }: Tests): Promise<Verdict> {
  const failures = join(copy, 'failures.jsonl');
  rmSync(failures, { force: true });
  const log = openSync(join(copy, LOG), 'a');
  const begun = Date.now();
  const child = startChild([process.execPath, ...runnerFor(files), ...argumentsOf(files, part)], {
    cwd: join(copy, 'test'),
    stdio: ['ignore', log, log],
    env: { ...process.env, TEST_FAILURES_FILE: failures },
  });
  closeSync(log);
  const killGroup = (): void => {
    if (child.process.pid !== undefined) process.kill(-child.process.pid, 'SIGKILL');
  };
  // Before the copy is removed.
  process.prependOnceListener('exit', killGroup);
  const limit = new AbortController();
  const code = await Promise.race([
    child.ended,
    delay(files?.length === 1 ? LIMIT_MS : LIMIT_OF_MANY_MS, 'not ended' as const, { signal: limit.signal }),
  ]);
  limit.abort();
  process.removeListener('exit', killGroup);
  if (code === 'not ended') killGroup();
  await child.ended;

  const failure = existsSync(failures) ? firstOf(readFileSync(failures, 'utf8'), begun) : null;
  const seconds = secondsSince(begun, Date.now());
  if (failure !== null) return { kind: 'failed', ...failure };
  if (code === 0) return { kind: 'passed', seconds };
  return code === 'not ended'
    ? { kind: 'not_ended', seconds }
    : { kind: 'failed', test: 'the end of the process that ran the tests', seconds };
}

/** The end of what the tests of the copy have printed. */
export function tellLast(copy: string): string {
  return readFileSync(join(copy, LOG), 'utf8').slice(-TOLD);
}

/** Unit tests need no servers, and starting them takes longer than most of the tests. */
function runnerFor(files: readonly string[] | null): string[] {
  const isUnit = files?.every((file) => file.startsWith('unit/')) ?? false;
  return isUnit ? JEST_COMMAND : [...RUN_SOURCE, 'support/run-tests.ts'];
}

function argumentsOf(files: readonly string[] | null, part: string | null): string[] {
  return [
    ...(files === null ? [] : ['--runTestsByPath', ...files]),
    ...(part === null ? [] : [`--testNamePattern=${part}`]),
    '--bail',
    '--env=<rootDir>/test/mutants/first-failure-environment.js',
    ...['default', '<rootDir>/test/support/count-reporter.js', '<rootDir>/test/mutants/failure-reporter.js'].map(
      (name) => `--reporters=${name}`,
    ),
  ];
}

function firstOf(lines: string, begun: number): Failure | null {
  const [line] = lines.split('\n');
  if (!line) return null;
  const { path, name, at } = JSON.parse(line) as { path: string; name: string; at: number };
  const file = `${basename(dirname(path))}/${basename(path, '.test.ts')}`;
  return { test: `${file}: ${name}`, seconds: secondsSince(begun, at) };
}

function secondsSince(begun: number, at: number): number {
  return (at - begun) / 1_000;
}
