import { startJobPerOperation, startRowLock } from '../baselines.ts';
import { compareCapacities, finish } from '../compare.ts';
import type { Contender } from '../contender.ts';
import type { Figure } from '../figures.ts';
import { CONNECTIONS, type Capacity, cpuFigures } from '../measure-capacity.ts';
import type { Section } from '../section.ts';
import { startService } from '../service.ts';
import { HAS_PROC } from '../usage.ts';

/** Tables with fewer bytes per operation are left out. */
const LEAST_BYTES = 1;

/** The cost of an operation: processor time of each process, space in the database, write-ahead log, calls of Redis. */
export const cost: Section = {
  name: 'cost',
  title: 'What an operation costs',
  async measure(bench) {
    const { servers, options } = bench;
    const rounds = options.fewRounds;
    const service = await startService(servers);
    const contenders = [service, ...(await Promise.all([startRowLock(servers), startJobPerOperation(servers)]))];
    const before = await Promise.all(contenders.map(readSizes));
    const runs = await compareCapacities(bench, contenders, rounds);
    const after = await Promise.all(contenders.map(readSizes));
    const sizes = contenders.flatMap((contender, index) => sizeFigures(contender.name, before[index], after[index]));
    const faults = await finish(runs, [service]);
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${options.seconds} s a run, ${rounds} rounds in turn. Postgres with all its ` +
        'backends; calls of Redis with those inside its scripts. The size of tables is with their indexes.',
      figures: [...[...runs].flatMap(([{ name }, own]) => costFigures(name, own)), ...sizes],
      plots: [],
      faults,
      skipped: HAS_PROC ? [] : ['processor time: this machine has no /proc'],
    };
  },
};

function costFigures(subject: string, runs: readonly Capacity[]): Figure[] {
  const calls = (run: Capacity): number => [...run.redisCalls.values()].reduce((sum, each) => sum + each, 0);
  return [
    ...cpuFigures(subject, runs),
    { subject, measure: 'calls of Redis for an operation', unit: 'calls', values: runs.map(calls) },
    {
      ...{ subject, measure: 'calls of Redis for an operation, scripts', unit: 'calls' },
      values: runs.map((run) => (run.redisCalls.get('evalsha') ?? 0) + (run.redisCalls.get('eval') ?? 0)),
    },
    { subject, measure: 'write-ahead log for an operation', unit: 'B', values: runs.map((run) => run.walBytes) },
  ];
}

interface Sizes {
  readonly applied: number;
  readonly tables: ReadonlyMap<string, number>;
}

/** Bytes of each table with its indexes, and how many operations they hold. */
async function readSizes({ ledger }: Contender): Promise<Sizes> {
  if (ledger === null) return { applied: 0, tables: new Map() };
  const { rows } = await ledger.database.pool.query<{ name: string; bytes: bigint }>(
    `SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  return {
    applied: await ledger.countApplied(),
    tables: new Map(rows.map(({ name, bytes }) => [name, Number(bytes)])),
  };
}

function sizeFigures(subject: string, before: Sizes | undefined, after: Sizes | undefined): Figure[] {
  if (before === undefined || after === undefined) return [];
  const operations = after.applied - before.applied;
  const grown = [...after.tables]
    .map(([name, bytes]) => ({ name, bytes: (bytes - (before.tables.get(name) ?? 0)) / operations }))
    .filter(({ bytes }) => bytes >= LEAST_BYTES)
    .sort((a, b) => b.bytes - a.bytes);
  const figure = (measure: string, value: number): Figure => ({ subject, measure, unit: 'B', values: [value] });
  return [
    figure(
      'size of tables for an operation',
      grown.reduce((sum, { bytes }) => sum + bytes, 0),
    ),
    ...grown.map(({ name, bytes }) => figure(`size of ${name}`, bytes)),
  ];
}
