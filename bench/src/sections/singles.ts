import { startEmptyRoute, startJobPerOperation, startRowLock } from '../baselines.ts';
import { compareCapacities, compareFigures, finish } from '../compare.ts';
import { CONNECTIONS, cpuFigures } from '../measure-capacity.ts';
import { NOT_INSTALLED, preparePeers, startDbos, startRestate } from '../peers.ts';
import type { Section } from '../section.ts';
import { WALLETS, startService } from '../service.ts';

/** How many single operations a second are accepted and applied, by the service and by its alternatives. */
export const singles: Section = {
  name: 'singles',
  title: 'Single operations on many wallets',
  async measure(bench) {
    const { servers, options } = bench;
    const withPeers = await preparePeers();
    const [service, ...others] = await Promise.all([
      startService(servers),
      startRowLock(servers),
      startJobPerOperation(servers),
      startEmptyRoute(servers, { withPrototypes: false }),
      startEmptyRoute(servers, { withPrototypes: true }),
      ...(withPeers ? [startRestate(servers, 'restate'), startDbos(servers)] : []),
    ]);
    const runs = await compareCapacities(bench, [service, ...others], options.rounds);
    const faults = await finish(runs, [service]);
    const times = [...runs].flatMap(([{ name }, own]) => cpuFigures(name, own).filter(isOfAll));
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${WALLETS} wallets, ${options.seconds} s a run, ${options.rounds} rounds in turn. ` +
        'Applied counts from the first request until the last operation is applied, the drain included.',
      figures: [...compareFigures(runs), ...times],
      plots: [],
      faults,
      skipped: withPeers ? [] : [NOT_INSTALLED],
    };
  },
};

function isOfAll({ measure }: { readonly measure: string }): boolean {
  return measure.endsWith('all but the client');
}
