import { setTimeout as delay } from 'node:timers/promises';
import { type RedisNode, command } from '../redis-side.ts';
import type { Setup } from '../setup.ts';
import { type FaultKind, type Theatre, between } from './fault.ts';

/** Faults of Redis, whichever it is: what it holds is lost, or it takes nothing, or it is not there. */

const owner = ({ rig }: Theatre): Promise<RedisNode> => rig.servers.redis.owner();

/** Sentinels and nodes of a Cluster watch and steer the others by the same commands. */
const isSingle = ({ redis }: Setup): boolean => redis === 'single';

interface RedisFault {
  readonly kind: string;
  readonly weight: number;
  readonly longest: number;
  readonly isIn?: (setup: Setup) => boolean;
  /** They are done to the server that has the queue. */
  readonly strike: (node: RedisNode, theatre: Theatre) => Promise<unknown>;
  readonly heal: (node: RedisNode, theatre: Theatre) => Promise<unknown>;
}

const nothing = (): Promise<void> => Promise.resolve();

/** A Redis that is there, answers PING, and refuses what a queue needs. */
const REFUSED: Readonly<Record<string, string>> = {
  INFO: '-info',
  scripts: '-@scripting',
  'every key': 'resetkeys',
  'waiting for jobs': '-bzpopmin',
  channels: 'resetchannels',
};

function signalled(node: RedisNode, name: NodeJS.Signals): Promise<void> {
  node.signal(name);
  return Promise.resolve();
}

const KINDS: readonly RedisFault[] = [
  { kind: 'FLUSHALL', weight: 4, longest: 0, strike: (node) => command(node, 'FLUSHALL'), heal: nothing },
  { kind: 'scripts lost', weight: 2, longest: 0, strike: (node) => command(node, 'SCRIPT FLUSH'), heal: nothing },
  {
    kind: 'connections killed',
    weight: 3,
    longest: 0,
    strike: (node) => command(node, 'CLIENT KILL TYPE normal SKIPME yes'),
    heal: nothing,
  },
  {
    kind: 'away, back empty',
    weight: 2,
    longest: 4_000,
    strike: (_node, { rig }) => Promise.all(rig.servers.redis.nodes.map((node) => node.kill())),
    heal: (_node, { rig }) => Promise.all(rig.servers.redis.nodes.map((node) => node.start())),
  },
  {
    kind: 'out of memory',
    weight: 3,
    longest: 4_000,
    strike: (node) => command(node, 'CONFIG SET maxmemory 1'),
    heal: (node) => command(node, 'CONFIG SET maxmemory 0'),
  },
  {
    kind: 'takes no writes (a replica)',
    weight: 2,
    longest: 2_000,
    isIn: isSingle,
    strike: (node) => command(node, 'REPLICAOF 127.0.0.1 1'),
    heal: (node) => command(node, 'REPLICAOF NO ONE'),
  },
  ...Object.entries(REFUSED).map(([what, rules]) => ({
    kind: `refuses ${what}`,
    weight: 2,
    longest: 6_000,
    isIn: isSingle,
    strike: (node: RedisNode) => command(node, `ACL SETUSER default ${rules}`),
    heal: (node: RedisNode) => command(node, 'ACL SETUSER default ~* &* +@all'),
  })),
  {
    kind: 'frozen',
    weight: 3,
    longest: 5_000,
    isIn: isSingle,
    strike: (node) => signalled(node, 'SIGSTOP'),
    heal: (node) => signalled(node, 'SIGCONT'),
  },
];

export const FAULTS_OF_REDIS: readonly FaultKind[] = KINDS.map(({ kind, weight, longest, strike, heal, ...rest }) => ({
  kind: `Redis: ${kind}`,
  point: 'any moment',
  subjects: ['redis'],
  weight,
  ...rest,
  draw(random) {
    const ms = random() < 0.15 ? longest : between(random, 0, Math.min(longest, 1_200));
    return {
      description: `${ms} ms`,
      async inject(theatre) {
        const node = await owner(theatre);
        try {
          await strike(node, theatre);
          await delay(ms);
        } finally {
          await heal(node, theatre);
        }
        return 'injected';
      },
    };
  },
}));
