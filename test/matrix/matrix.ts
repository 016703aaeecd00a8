import { UsageError, readOptions } from '@wallet/shared/process/read-options';
import { runCommand } from '@wallet/shared/process/run-command';
import { POSTGRES_WAYS } from './postgres-sites.ts';
import { REDIS_WAYS } from './redis-sites.ts';
import { type Cell, runCell } from './run-cell.ts';
import { NotTried } from './site.ts';

/** `npm run matrix`: see README.md beside this file, or `--help`. */

const HELP = `npm run matrix -- [options]

Runs an API and two workers on each kind of Postgres and Redis, and checks everything that they did. It prints a line for each cell.
Exit status 1 if a cell fails. A cell whose server is not installed is not tried, and says why.

  --operations N   how many operations each cell takes (20000)
  --only TEXT      only cells with this in their name, such as "TLS"; may be given several times
  --full           every Postgres with every Redis: 50 cells
  --list           lists the cells, and ends`;

const OPTIONS = {
  operations: { type: 'string', default: '20000' },
  only: { type: 'string', multiple: true },
  full: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
} as const;

const MAJORS = ['15', '17'];
const HEAD = ['cell', 'Postgres', 'Redis', 'operations', 'seconds', 'acknowledged', 'refused by a rule', 'result'];
const MOST_TOLD = 5;

const read = (args: readonly string[]) => readOptions('npm run matrix', args, { options: OPTIONS }).values;

await runCommand({ help: HELP, failed: 'The matrix failed', read, run });

async function run({ operations: text, only = [], full, list }: ReturnType<typeof read>): Promise<number> {
  const operations = Number(text);
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new UsageError('--operations is a whole number up to 9999999.');
  const all = MAJORS.flatMap((major) =>
    POSTGRES_WAYS.flatMap((postgres) => REDIS_WAYS.map((redis): Cell => ({ major, postgres, redis }))),
  );
  const cells = all
    .filter((cell) => full || cell.redis === 'native' || (cell.major === '15' && cell.postgres === 'direct'))
    .filter((cell) => only.length === 0 || only.some((part) => nameOf(cell).includes(part)));
  if (cells.length === 0) throw new UsageError('--only names no cell: see --list.');
  if (list) {
    for (const cell of cells) say(nameOf(cell));
    return 0;
  }
  sayRow(HEAD);
  sayRow(HEAD.map(() => '---'));
  let failures = 0;
  for (const cell of cells) if (!(await tryCell(cell, operations))) failures += 1;
  return failures === 0 ? 0 : 1;
}

/** @returns whether it did not fail. */
async function tryCell(cell: Cell, operations: number): Promise<boolean> {
  const name = nameOf(cell);
  const result = await runCell(cell, operations).catch((error: unknown) => String(error));
  if (result instanceof NotTried) {
    sayRow([name, '', '', '', '', '', '', `not tried: ${result.message}`]);
    return true;
  }
  if (typeof result === 'string') {
    sayRow([name, '', '', '', '', '', '', `FAILED: ${result.replaceAll(/\s+/g, ' ')}`]);
    return false;
  }
  const { violations } = result;
  const isClean = violations.length === 0;
  const numbers = [result.operations, result.seconds.toFixed(1), result.acknowledged, result.failed].map(String);
  sayRow([
    name,
    result.postgres,
    result.redis,
    ...numbers,
    isClean ? 'clean' : `FAILED: ${violations.length} violations`,
  ]);
  for (const { law, detail } of violations.slice(0, MOST_TOLD)) say(`${law}: ${detail}`);
  return isClean;
}

function nameOf({ major, postgres, redis }: Cell): string {
  return `Postgres ${major} ${postgres}, Redis ${redis}`;
}

function sayRow(cells: readonly string[]): void {
  say(`| ${cells.join(' | ')} |`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
