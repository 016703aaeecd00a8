import { alternate } from '../alternate.ts';
import { type Figure, ratioOf } from '../figures.ts';
import { CONNECTIONS, type Capacity, capacityFigures, cpuFigures, measureCapacity } from '../measure-capacity.ts';
import type { Section } from '../section.ts';
import { type ServiceSetup, auditService, startService } from '../service.ts';

interface Setup extends ServiceSetup {
  readonly name: string;
}

const processes = (apis: number, workers: number): Setup => ({
  name: `${apis} API${apis === 1 ? '' : 's'}, ${workers} worker${workers === 1 ? '' : 's'}`,
  apis,
  workers,
});
const partitions = (count: number): Setup => ({
  name: `${count} partition${count === 1 ? '' : 's'}`,
  partitions: count,
});

/** The first is what the others are compared with: one API, one worker, 16 partitions. */
const FULL = [
  ...[processes(1, 1), processes(1, 2), processes(1, 4), processes(2, 1), processes(2, 2), processes(2, 4)],
  ...[partitions(1), partitions(4), partitions(64)],
];
const QUICK = [processes(1, 1), processes(1, 2), processes(2, 1), partitions(64)];

/** The effect of more processes and more partitions on this machine. */
export const scale: Section = {
  name: 'scale',
  title: 'More processes, more partitions',
  async measure(bench) {
    const { servers, options } = bench;
    const rounds = options.fewRounds;
    const setups = options.quick ? QUICK : FULL;
    const faults: string[] = [];
    const runs = await alternate(rounds, setups, async (setup, round) => {
      const service = await startService(servers, setup);
      await measureCapacity(servers, service, { seconds: options.warmUpSeconds, connections: CONNECTIONS });
      const run = await measureCapacity(servers, service, { seconds: options.seconds, connections: CONNECTIONS });
      faults.push(...run.faults, ...(await auditService(service)));
      await service.stop();
      bench.say(`  ${setup.name}, round ${round + 1}: ${run.appliedPerS.toFixed(0)}/s accepted and applied`);
      return run;
    });
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${options.seconds} s a run, ${rounds} rounds in turn, each with fresh processes and ` +
        'data. Where nothing else is said, one API, one worker, 16 partitions. Processor time is of all processes of a kind.',
      figures: figuresOf([...runs].map(([{ name }, own]) => ({ name, runs: own }))),
      plots: [],
      faults,
      skipped: [],
    };
  },
};

function figuresOf(results: readonly { readonly name: string; readonly runs: readonly Capacity[] }[]): Figure[] {
  const base = results[0]?.runs.map((run) => run.appliedPerS) ?? [];
  return results.flatMap(({ name, runs }, index) => {
    const rates = capacityFigures(name, runs, true).map((figure) =>
      index > 0 && figure.measure === 'accepted and applied'
        ? { ...figure, ratio: ratioOf(`this to ${results[0]?.name}`, figure.values, base) }
        : figure,
    );
    return [...rates, ...cpuFigures(name, runs)];
  });
}
