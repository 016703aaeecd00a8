import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresPair } from '../postgres-pair.ts';
import type { Rig } from '../rig.ts';
import type { Way } from '../wire/fault-proxy.ts';
import { type FaultKind, between } from './fault.ts';

/**
 * Faults of a primary and its synchronous standby, with what an operator does about them. A primary is only replaced after it is known
 * to be gone, by a standby that had confirmed every commit until then; after that another standby is made in its place.
 */

interface PairFault {
  readonly kind: string;
  readonly longest: number;
  readonly inject: (pair: PostgresPair, ms: number, rig: Rig) => Promise<void>;
}

const KINDS: readonly PairFault[] = [
  {
    kind: 'primary killed, standby promoted',
    longest: 3_000,
    inject: (pair, ms) =>
      failOver(pair, async () => {
        await pair.primary().end('SIGKILL');
        await delay(ms);
      }),
  },
  {
    // Nothing is confirmed meanwhile, and so nothing acknowledged that the standby does not have.
    kind: 'standby cut off, primary killed, standby promoted',
    longest: 3_000,
    inject: (pair, ms) =>
      failOver(pair, async () => {
        await pair.cutOff();
        await delay(ms);
        await pair.primary().end('SIGKILL');
      }),
  },
  {
    kind: 'primary stands still, is fenced, standby promoted',
    longest: 6_500,
    inject: (pair, ms) =>
      failOver(pair, async () => {
        pair.primary().signal('SIGSTOP');
        await delay(ms);
        await pair.primary().end('SIGKILL');
      }),
  },
  {
    kind: 'black hole before the primary, it is fenced, standby promoted',
    longest: 6_500,
    async inject(pair, ms, rig) {
      const ways = waysTo(rig, pair, pair.primary().port);
      for (const way of ways) way.impose({ kind: 'half-open' });
      try {
        await failOver(pair, async () => {
          await delay(ms);
          await pair.primary().end('SIGKILL');
        });
      } finally {
        for (const way of ways) way.heal();
      }
    },
  },
  {
    kind: 'primary and standby change places',
    longest: 0,
    inject: (pair) => failOver(pair, () => pair.primary().end('SIGINT')),
  },
  {
    kind: 'standby away, waited for',
    longest: 6_500,
    async inject(pair, ms) {
      await pair.standby().end('SIGKILL');
      await delay(ms);
      await pair.standby().start();
      await pair.untilSynchronous();
    },
  },
  {
    kind: 'standby away, waited for no longer, back',
    longest: 5_000,
    async inject(pair, ms) {
      await pair.standby().end('SIGKILL');
      await delay(ms);
      await pair.stopWaiting();
      await delay(ms);
      await pair.standby().start();
      await pair.untilSynchronous();
    },
  },
  {
    kind: 'standby stands still',
    longest: 6_500,
    async inject(pair, ms) {
      pair.standby().signal('SIGSTOP');
      await delay(ms);
      pair.standby().signal('SIGCONT');
      await pair.untilSynchronous();
    },
  },
  {
    kind: 'replica behind',
    longest: 4_000,
    async inject(pair, ms) {
      await onStandby(pair, 'SELECT pg_wal_replay_pause()');
      await delay(ms);
      await onStandby(pair, 'SELECT pg_wal_replay_resume()');
    },
  },
  {
    kind: 'replica out of reach',
    longest: 4_000,
    async inject(pair, ms, rig) {
      const ways = waysTo(rig, pair, pair.standby().port);
      for (const way of ways) way.impose({ kind: 'half-open' });
      await delay(ms);
      for (const way of ways) way.heal();
    },
  },
];

export const FAULTS_OF_FAILOVERS: readonly FaultKind[] = KINDS.map(({ kind, longest, inject }) => ({
  kind: `Postgres: ${kind}`,
  point: 'any moment',
  subjects: ['postgres', 'way from API to Postgres', 'way from worker to Postgres'],
  weight: 4,
  isIn: ({ postgres }) => postgres === 'pair',
  draw(random) {
    const ms = random() < 0.2 ? longest : between(random, 0, Math.min(longest, 1_500));
    return {
      description: `${ms} ms`,
      async inject({ rig }) {
        const { pair } = rig.servers.postgres;
        if (pair === null) return 'impossible here';
        await inject(pair, ms, rig);
        return 'injected';
      },
    };
  },
}));

async function failOver(pair: PostgresPair, lose: () => Promise<void>): Promise<void> {
  await pair.untilSynchronous();
  await lose();
  await pair.promote();
  await pair.rebuild();
}

/** From the processes of the service to one of the servers. */
function waysTo({ apis, workers }: Rig, pair: PostgresPair, port: number): Way[] {
  const index = pair.hosts.findIndex((host) => host.port === port);
  return [...apis, ...workers].flatMap(({ hosts }) => hosts[index] ?? []);
}

async function onStandby(pair: PostgresPair, statement: string): Promise<void> {
  const session = pair.standby().connect();
  await session.query(statement).finally(() => session.end());
}
