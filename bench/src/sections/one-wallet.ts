import { startJobPerOperation, startRowLock } from '../baselines.ts';
import { compareCapacities, compareFigures, finish } from '../compare.ts';
import { CONNECTIONS } from '../measure-capacity.ts';
import type { Section } from '../section.ts';
import { WALLETS, startService } from '../service.ts';

/** The ratio of the rate when all operations are on one wallet, whose order has to hold. */
export const oneWallet: Section = {
  name: 'one-wallet',
  title: 'All operations on one wallet',
  async measure(bench) {
    const { servers, options } = bench;
    const [service, many, ...others] = await Promise.all([
      startService(servers, { name: 'service, one wallet', wallets: 1 }),
      startService(servers, { name: `service, ${WALLETS} wallets` }),
      startRowLock(servers, 1),
      // It accepts several times what it applies, and so takes long.
      ...(options.quick ? [] : [startJobPerOperation(servers, 1)]),
    ]);
    const runs = await compareCapacities(bench, [service, many, ...others], options.rounds);
    const faults = await finish(runs, [service, many]);
    return {
      about:
        `Closed loop: ${CONNECTIONS} connections, ${options.seconds} s a run, ${options.rounds} rounds in turn. ` +
        'The baselines have one wallet too.',
      figures: compareFigures(runs),
      plots: [],
      faults,
      skipped: [],
    };
  },
};
