import { setTimeout as delay } from 'node:timers/promises';
import type { Rig } from '../rig.ts';
import type { NetworkFault, Way } from '../wire/fault-proxy.ts';
import { type FaultKind, between, oneOf } from './fault.ts';

/** Faults of the network, between every two that speak to each other. */

const WAYS: Readonly<Record<string, (rig: Rig) => readonly Way[]>> = {
  'clients to API': ({ apis }) => apis.map(({ entrance }) => entrance),
  'API to Postgres': ({ apis }) => apis.map(({ postgres }) => postgres),
  'API to Redis': ({ apis }) => apis.map(({ redis }) => redis),
  'worker to Postgres': ({ workers }) => workers.map(({ postgres }) => postgres),
  'worker to Redis': ({ workers }) => workers.map(({ redis }) => redis),
  'worker to receiver': ({ hook }) => [hook],
};

type Drawn = NetworkFault | { readonly kind: 'reset' };

interface Trouble {
  readonly name: string;
  readonly weight: number;
  readonly draw: (random: () => number) => Drawn;
  readonly longest: number;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'latency', weight: 3, longest: 1_500, draw: (random) => ({ kind: 'latency', ms: between(random, 30, 300) }) },
  {
    name: 'slow',
    weight: 2,
    longest: 1_500,
    draw: (random) => ({ kind: 'slow', bytesPerSecond: between(random, 2_000, 50_000) }),
  },
  { name: 'connections reset', weight: 6, longest: 0, draw: () => ({ kind: 'reset' }) },
  { name: 'cut off', weight: 4, longest: 1_500, draw: () => ({ kind: 'cut' }) },
  { name: 'nothing passes, then all', weight: 3, longest: 6_500, draw: () => ({ kind: 'stall' }) },
  { name: 'half-open', weight: 3, longest: 6_500, draw: () => ({ kind: 'half-open' }) },
];

export const FAULTS_ON_THE_WAY: readonly FaultKind[] = TROUBLES.flatMap(({ name, weight, longest, draw }) =>
  Object.entries(WAYS).map(([way, proxiesOf]) => ({
    kind: `network: ${name}`,
    point: way,
    subjects: [`way from ${way}` as const],
    weight,
    draw(random: () => number) {
      // Short ones are the rule, and the long ones outlast the time limits of the waiting side.
      const ms = random() < 0.2 ? longest : between(random, 100, Math.min(longest, 1_000));
      const which = oneOf(random, [0, 1, 'all'] as const);
      const fault = draw(random);
      return {
        description: `${which === 'all' ? 'all' : `number ${which + 1}`}, ${JSON.stringify(fault)}, ${ms} ms`,
        async inject({ rig }) {
          const proxies = proxiesOf(rig);
          const struck = which === 'all' ? proxies : [proxies[which % proxies.length]!];
          if (fault.kind === 'reset') for (const proxy of struck) proxy.reset();
          else {
            for (const proxy of struck) proxy.impose(fault);
            await delay(ms);
            for (const proxy of struck) proxy.heal();
          }
          if (way === 'worker to receiver') await rig.remindOfWebhooks();
          return 'injected';
        },
      };
    },
  })),
);
