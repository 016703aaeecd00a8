import { setTimeout as delay } from 'node:timers/promises';
import { sendToRedis } from '../../support/redis-command.ts';
import { signal } from '../servers.ts';
import { type FaultKind, type Theatre, between } from './fault.ts';

/** Faults of Redis: what it holds is lost, or it takes nothing, or it is not there. */

const COMMAND_MS = 2_000;

async function command({ rig }: Theatre, text: string): Promise<void> {
  const answer = await Promise.race([
    sendToRedis(rig.servers.ports.redis, text),
    delay(COMMAND_MS, '-no answer', { ref: false }),
  ]);
  if (answer.startsWith('-')) throw new Error(`Redis answers ${text} with ${answer}`);
}

function signalRedis({ rig }: Theatre, name: NodeJS.Signals): Promise<void> {
  signal(rig.servers.redisPid(), name);
  return Promise.resolve();
}

interface RedisFault {
  readonly kind: string;
  readonly weight: number;
  readonly longest: number;
  readonly strike: (theatre: Theatre) => Promise<void>;
  readonly heal: (theatre: Theatre) => Promise<void>;
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

const KINDS: readonly RedisFault[] = [
  { kind: 'FLUSHALL', weight: 4, longest: 0, strike: (theatre) => command(theatre, 'FLUSHALL'), heal: nothing },
  { kind: 'scripts lost', weight: 2, longest: 0, strike: (theatre) => command(theatre, 'SCRIPT FLUSH'), heal: nothing },
  {
    kind: 'connections killed',
    weight: 3,
    longest: 0,
    strike: (theatre) => command(theatre, 'CLIENT KILL TYPE normal SKIPME yes'),
    heal: nothing,
  },
  {
    kind: 'away, back empty',
    weight: 2,
    longest: 4_000,
    strike: ({ rig }) => rig.servers.stopRedis(),
    heal: ({ rig }) => rig.servers.startRedis(),
  },
  {
    kind: 'out of memory',
    weight: 3,
    longest: 4_000,
    strike: (theatre) => command(theatre, 'CONFIG SET maxmemory 1'),
    heal: (theatre) => command(theatre, 'CONFIG SET maxmemory 0'),
  },
  {
    kind: 'takes no writes (a replica)',
    weight: 2,
    longest: 2_000,
    strike: (theatre) => command(theatre, 'REPLICAOF 127.0.0.1 1'),
    heal: (theatre) => command(theatre, 'REPLICAOF NO ONE'),
  },
  ...Object.entries(REFUSED).map(([what, rules]) => ({
    kind: `refuses ${what}`,
    weight: 2,
    longest: 6_000,
    strike: (theatre: Theatre) => command(theatre, `ACL SETUSER default ${rules}`),
    heal: (theatre: Theatre) => command(theatre, 'ACL SETUSER default ~* &* +@all'),
  })),
  {
    kind: 'frozen',
    weight: 3,
    longest: 5_000,
    strike: (theatre) => signalRedis(theatre, 'SIGSTOP'),
    heal: (theatre) => signalRedis(theatre, 'SIGCONT'),
  },
];

export const FAULTS_OF_REDIS: readonly FaultKind[] = KINDS.map(({ kind, weight, longest, strike, heal }) => ({
  kind: `Redis: ${kind}`,
  point: 'any moment',
  subjects: ['redis'],
  weight,
  draw(random) {
    const ms = random() < 0.15 ? longest : between(random, 0, Math.min(longest, 1_200));
    return {
      description: `${ms} ms`,
      async inject(theatre) {
        try {
          await strike(theatre);
          await delay(ms);
        } finally {
          await heal(theatre);
        }
        return 'injected';
      },
    };
  },
}));
