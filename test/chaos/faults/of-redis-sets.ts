import { setTimeout as delay } from 'node:timers/promises';
import type { RedisNode, RedisSide } from '../redis-side.ts';
import { type FaultKind, between } from './fault.ts';

/** Faults of Sentinels and of a Cluster: another server takes the queue over, or should, or watches no longer. */

interface SetFault {
  readonly kind: string;
  readonly strike: (redis: RedisSide, ms: number) => Promise<void>;
  readonly longest: number;
}

const COMMON: readonly SetFault[] = [
  {
    kind: 'master killed, replica takes over',
    longest: 2_000,
    async strike(redis, ms) {
      const master = await redis.owner();
      await master.kill();
      try {
        await untilReplaced(redis, master);
        await delay(ms);
      } finally {
        await master.start();
      }
    },
  },
  {
    kind: 'master stands still, replica takes over',
    longest: 4_000,
    async strike(redis, ms) {
      const master = await redis.owner();
      master.signal('SIGSTOP');
      try {
        await untilReplaced(redis, master);
        await delay(ms);
      } finally {
        // It has not heard that it is no longer the master.
        master.signal('SIGCONT');
      }
    },
  },
  {
    kind: 'master demoted',
    longest: 0,
    async strike(redis) {
      const master = await redis.owner();
      await redis.demote();
      await untilReplaced(redis, master);
    },
  },
  {
    kind: 'master back, empty, before it is missed',
    longest: 500,
    async strike(redis, ms) {
      const master = await redis.owner();
      await master.kill();
      await delay(ms);
      await master.start();
    },
  },
];

const OF_SENTINELS: readonly SetFault[] = [
  {
    kind: 'a Sentinel away, master killed, replica takes over',
    longest: 1_000,
    async strike(redis, ms) {
      const [sentinel] = redis.sentinels;
      await sentinel?.kill();
      try {
        await COMMON[0]?.strike(redis, ms);
      } finally {
        await sentinel?.start();
      }
    },
  },
  {
    kind: 'all Sentinels away',
    longest: 5_000,
    async strike({ sentinels }, ms) {
      await Promise.all(sentinels.map((each) => each.kill()));
      await delay(ms);
      await Promise.all(sentinels.map((each) => each.start()));
    },
  },
];

const OF_A_CLUSTER: readonly SetFault[] = [
  {
    kind: 'another node away',
    longest: 5_000,
    async strike(redis, ms) {
      const owner = await redis.owner();
      const other = redis.nodes.find((node) => node !== owner);
      await other?.kill();
      await delay(ms);
      await other?.start();
    },
  },
];

const faultsOf = (name: string, setup: string, kinds: readonly SetFault[]): FaultKind[] =>
  kinds.map(({ kind, strike, longest }) => ({
    kind: `${name}: ${kind}`,
    point: 'any moment',
    subjects: ['redis'],
    weight: 4,
    isIn: ({ redis }) => redis === setup,
    draw(random) {
      const ms = random() < 0.2 ? longest : between(random, 0, Math.min(longest, 1_000));
      return {
        description: `${ms} ms`,
        async inject({ rig }) {
          const { redis } = rig.servers;
          await redis.untilWhole();
          await strike(redis, ms);
          return 'injected';
        },
      };
    },
  }));

export const FAULTS_OF_REDIS_SETS: readonly FaultKind[] = [
  ...faultsOf('Sentinel', 'sentinel', [...COMMON, ...OF_SENTINELS]),
  ...faultsOf('Cluster', 'cluster', [...COMMON, ...OF_A_CLUSTER]),
];

const PATIENCE_MS = 30_000;

async function untilReplaced(redis: RedisSide, master: RedisNode): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((await redis.owner(master).catch(() => master)) === master) {
    if (performance.now() > deadline) throw new Error('no other server has taken the queue over');
    await delay(50);
  }
}
