import { alternate } from './alternate.ts';
import { type Contender, hold, resume } from './contender.ts';
import { type Figure, ratioOf } from './figures.ts';
import { CONNECTIONS, type Capacity, capacityFigures, measureCapacity } from './measure-capacity.ts';
import type { Bench } from './section.ts';
import { type Service, auditService } from './service.ts';

export type Runs = ReadonlyMap<Contender, readonly Capacity[]>;

/** Warms every contender up, then measures the rate of each, alternating. */
export async function compareCapacities(
  {
    servers,
    options,
    say,
  }: Pick<Bench, 'servers' | 'say'> & {
    readonly options: Pick<Bench['options'], 'seconds' | 'warmUpSeconds'>;
  },
  contenders: readonly Contender[],
  rounds: number,
): Promise<Runs> {
  const measure = async (contender: Contender, seconds: number): Promise<Capacity> => {
    await resume(contender);
    const run = await measureCapacity(servers, contender, { seconds, connections: CONNECTIONS });
    hold(contender);
    return run;
  };
  // A stopped process (SIGSTOP) would not receive the request to stop.
  servers.stops.add(() => Promise.all(contenders.map(resume)));
  contenders.forEach(hold);
  for (const contender of contenders) await measure(contender, options.warmUpSeconds);
  return alternate(rounds, contenders, async (contender, round) => {
    const run = await measure(contender, options.seconds);
    say(`  ${contender.name}, round ${round + 1}: ${describe(run, contender)}`);
    return run;
  });
}

function describe(run: Capacity, { ledger }: Contender): string {
  const accepted = `${run.acceptedPerS.toFixed(0)}/s accepted`;
  return ledger ? `${accepted}, ${run.appliedPerS.toFixed(0)}/s accepted and applied` : accepted;
}

/** Audits the services, and stops all contenders. @returns the errors that the audit and the runs found. */
export async function finish(runs: Runs, services: readonly Service[]): Promise<string[]> {
  const faults = [...runs.values()].flat().flatMap((run) => run.faults);
  for (const service of services) faults.push(...(await auditService(service)));
  await Promise.all(
    [...runs.keys()].map(async (contender) => {
      await resume(contender);
      await contender.stop();
    }),
  );
  return faults;
}

/**
 * The figures of all contenders. Those of each but the first also have the ratio of the first to them: by the applied
 * rate, or the accepted rate if nothing is applied.
 */
export function compareFigures(runs: Runs): Figure[] {
  const [main, ...others] = [...runs];
  if (main === undefined) return [];
  const [first, firstRuns] = main;
  const figures = capacityFigures(first.name, firstRuns, true);
  for (const [contender, ownRuns] of others) {
    const own = capacityFigures(contender.name, ownRuns, contender.ledger !== null);
    const measure = contender.ledger ? 'accepted and applied' : 'accepted';
    const mainValues = figures.find((figure) => figure.subject === first.name && figure.measure === measure)?.values;
    figures.push(
      ...own.map((figure) =>
        figure.measure === measure && mainValues
          ? { ...figure, ratio: ratioOf(`${first.name} to this`, mainValues, figure.values) }
          : figure,
      ),
    );
  }
  return figures;
}
