import { setTimeout as delay } from 'node:timers/promises';
import type { PgBouncer } from '../../support/pgbouncer.ts';
import { type FaultKind, between } from './fault.ts';

/** Faults of the pooler that stands before Postgres. */

interface PoolerFault {
  readonly kind: string;
  readonly longest: number;
  readonly strike: (pooler: PgBouncer) => Promise<unknown>;
  readonly heal: (pooler: PgBouncer) => Promise<unknown>;
}

const KINDS: readonly PoolerFault[] = [
  {
    kind: 'killed and restarted',
    longest: 4_000,
    strike: ({ child }) => child.stop('SIGKILL', 0),
    heal: (pooler) => pooler.restart(),
  },
  {
    kind: 'stands still',
    longest: 6_500,
    strike: ({ child }) => Promise.resolve(child.process.kill('SIGSTOP')),
    heal: ({ child }) => Promise.resolve(child.process.kill('SIGCONT')),
  },
  {
    kind: 'asked to end, and restarted',
    longest: 1_000,
    // It waits for the transactions that are under way, and takes no others.
    strike: ({ child }) => child.stop('SIGINT', END_MS),
    heal: (pooler) => pooler.restart(),
  },
];
const END_MS = 3_000;

export const FAULTS_OF_POOLERS: readonly FaultKind[] = KINDS.map(({ kind, longest, strike, heal }) => ({
  kind: `pooler: ${kind}`,
  point: 'any moment',
  subjects: ['postgres'],
  weight: 4,
  isIn: ({ postgres }) => postgres === 'pooled',
  draw(random) {
    const ms = random() < 0.2 ? longest : between(random, 0, Math.min(longest, 1_200));
    return {
      description: `${ms} ms`,
      async inject({ rig }) {
        const { pooler } = rig.servers.postgres;
        if (pooler === null) return 'impossible here';
        await strike(pooler);
        await delay(ms);
        await heal(pooler);
        return 'injected';
      },
    };
  },
}));
