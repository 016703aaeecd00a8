import { compareCapacities, compareFigures, finish } from '../compare.ts';
import { CONNECTIONS, cpuFigures } from '../measure-capacity.ts';
import { NOT_INSTALLED, preparePeers, startDbos, startGraphileWorker, startPgBoss, startRestate } from '../peers.ts';
import type { Section } from '../section.ts';
import { WALLETS, startService } from '../service.ts';

const TITLE = 'Single operations, beside what keeps the order of a wallet too';

/** How many single operations a second the service and ready-made ways to keep each wallet's order accept and apply. */
export const peers: Section = {
  name: 'peers',
  title: TITLE,
  async measure(bench) {
    const { servers, options } = bench;
    if (!(await preparePeers()))
      return { about: 'Not measured.', figures: [], plots: [], faults: [], skipped: [NOT_INSTALLED] };
    const [service, ...others] = await Promise.all([
      startService(servers),
      startRestate(servers, 'restate'),
      startRestate(servers, 'postgres'),
      startDbos(servers),
      startGraphileWorker(servers),
      startPgBoss(servers),
    ]);
    const runs = await compareCapacities(bench, [service, ...others], options.rounds);
    const faults = await finish(runs, [service]);
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${WALLETS} wallets, ${options.seconds} s a run, ${options.rounds} rounds in turn. ` +
        'Applied counts from the first request until the last operation is applied, the drain included.',
      figures: [...compareFigures(runs), ...[...runs].flatMap(([{ name }, own]) => cpuFigures(name, own))],
      plots: [],
      faults,
      skipped: [],
    };
  },
};
