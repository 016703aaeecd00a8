import { resolve } from 'node:path';
import type { RedisServer } from '@wallet/local/embedded-redis';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';

/** What to fill, and what to measure. */
export interface AgedOptions {
  /** Null if the folder says what it was filled with. */
  readonly operations: number | null;
  readonly wallets: number;
  readonly months: number;
  /** The folder of the data, which is kept; null for data that is deleted. */
  readonly data: string | null;
  readonly only: readonly string[];
  readonly json: string | null;
  readonly markdown: boolean;
  readonly servers: RedisServer | null;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly lines: number;
  /** The first month that is not archived; null means four months ago. */
  readonly before: string | null;
  /** The longest time that an archive is watched. */
  readonly minutes: number;
}

export const OPERATIONS = 1_000_000;
const MOST_WALLETS = 1_000_000;
/** Of an operation's share in a smaller history. */
const OPERATIONS_PER_WALLET = 10;
const LEAST_WALLETS = 1_000;

export const HELP = `npm run bench:aged [-- options]

Fills a database with operations as a service would have made them over months, and measures what a service does on it. It
starts its own servers.

  --operations n     how many operations (1000000)
  --months n         over how many months they are spread (12)
  --wallets n        of how many wallets (a tenth of the operations, 1000 to 1000000)
  --data folder      keeps the database there; what was filled there before is measured again, and is not filled
  --only a,b         only these: SECTIONS
  --rounds n         runs of each contender (5)
  --seconds n        how long each load lasts (10)
  --lines n          lines of a batch (200000)
  --before YYYY-MM   the first month that is not archived (that of four months ago)
  --minutes n        how long the archive is watched at most, before it is stopped (10)
  --servers kind     "native" insists on the machine's own Postgres and Redis, "packaged" takes those of the npm packages
  --json file        where the results go; otherwise into bench/results, named by time and commit
  --markdown         prints the tables as markdown, for bench/README.md`;

/** @throws UsageError that says what is wrong with the arguments. */
export function readAgedOptions(args: readonly string[], sections: readonly string[]): AgedOptions {
  const { values } = readOptions('npm run bench:aged', args, {
    options: {
      ...{ operations: { type: 'string' }, months: { type: 'string' }, wallets: { type: 'string' } },
      ...{ data: { type: 'string' }, only: { type: 'string' }, before: { type: 'string' }, json: { type: 'string' } },
      ...{
        minutes: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        lines: { type: 'string' },
      },
      ...{ servers: { type: 'string' }, markdown: { type: 'boolean', default: false } },
    },
  });
  const only = values.only?.split(',') ?? [...sections];
  const unknown = only.filter((name) => !sections.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There is no ${unknown.join(', ')} to measure. There are ${sections.join(', ')}.`);
  if (values.before !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(values.before))
    throw new UsageError('--before must be a month, such as 2026-03.');
  const { servers } = values;
  if (servers !== undefined && servers !== 'native' && servers !== 'packaged')
    throw new UsageError(`--servers must be native or packaged, not ${servers}.`);
  const number = (
    name: 'operations' | 'months' | 'wallets' | 'rounds' | 'lines' | 'minutes',
    least: number,
    fallback: number,
  ) => {
    const given = values[name] === undefined ? fallback : Number(values[name]);
    if (!(Number.isInteger(given) && given >= least))
      throw new UsageError(`--${name} must be a whole number of at least ${least}.`);
    return given;
  };
  const seconds = Number(values.seconds ?? 10);
  if (!(seconds >= 0.1)) throw new UsageError('--seconds must be a number of at least 0.1.');
  const operations = number('operations', 1_000, OPERATIONS);
  const wallets = Math.min(MOST_WALLETS, Math.max(LEAST_WALLETS, Math.floor(operations / OPERATIONS_PER_WALLET)));
  return {
    operations: values.operations === undefined ? null : operations,
    ...{ wallets: number('wallets', LEAST_WALLETS, wallets), months: number('months', 1, 12) },
    ...{ data: values.data === undefined ? null : resolve(values.data), only, json: values.json ?? null },
    minutes: number('minutes', 1, 10),
    ...{ markdown: values.markdown, servers: servers ?? null, before: values.before ?? null },
    ...{
      rounds: number('rounds', 1, 5),
      seconds,
      warmUpSeconds: Math.min(4, seconds),
      lines: number('lines', 1_000, 200_000),
    },
  };
}
