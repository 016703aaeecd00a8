import { setTimeout as delay } from 'node:timers/promises';
import { databaseAnswers } from '@wallet/shared/database/pool';
import type { Database } from '@wallet/shared/database/pool';
import { PENDING_LIMIT } from '../check/check-refusals.ts';
import type { Load } from '../load/clients.ts';
import { RESERVE } from '../load/wishes.ts';
import type { Rig } from '../rig.ts';
import { signal } from '../postgres-host.ts';
import { type FaultKind, type Result, type Theatre, between, oneOf } from './fault.ts';

/** Faults of Postgres: it dies, stands still, has no room, no connection, or another session holds a lock. */

const PROGRAMS = ['wallet-api', 'wallet-worker', 'wallet-webhooks'];
const MOST_CONNECTIONS = 80;
const AT_ONCE = 10;
const RESTART_MS = 10_000;

/** What an outside session locks, and for whom it is in the way. The keys are those of `shared/src/database/locks.ts`. */
const LOCKS: Readonly<Record<string, string>> = {
  accounts: 'LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE',
  operations: 'LOCK TABLE operations IN ACCESS EXCLUSIVE MODE',
  'one wallet': 'SELECT FROM accounts WHERE wallet_id IS NOT NULL LIMIT 1 FOR UPDATE',
  'one account of the house': `SELECT FROM accounts WHERE system = '${RESERVE}' FOR UPDATE`,
  holds: 'LOCK TABLE holds IN ACCESS EXCLUSIVE MODE',
  deliveries: 'LOCK TABLE deliveries IN ACCESS EXCLUSIVE MODE',
  acceptance: 'SELECT pg_advisory_xact_lock(1, n) FROM generate_series(0, 15) AS n',
  drains: 'SELECT pg_advisory_xact_lock(2, n) FROM generate_series(0, 15) AS n',
  relay: 'SELECT pg_advisory_xact_lock(3, 0)',
};

type Inject = (theatre: Theatre, ms: number, choice: number) => Promise<unknown>;

function postgresFault(kind: string, weight: number, longest: number, inject: Inject, point = 'any moment'): FaultKind {
  return {
    kind: `Postgres: ${kind}`,
    point,
    subjects: ['postgres'],
    weight,
    draw(random) {
      const ms = random() < 0.15 ? longest : between(random, 0, Math.min(longest, 1_200));
      const choice = random();
      return {
        description: `${ms} ms`,
        inject: async (theatre) => ((await inject(theatre, ms, choice)) as Result | undefined) ?? 'injected',
      };
    },
  };
}

export const FAULTS_OF_POSTGRES: readonly FaultKind[] = [
  postgresFault('crashes and restarts', 3, 2_000, ({ rig, load }, ms) => surgingThrough(load, () => crash(rig, ms))),
  ...PROGRAMS.map((name) => postgresFault('backends terminated', 2, 0, ({ rig }) => terminate(rig, [name]), name)),
  ...PROGRAMS.map((name) =>
    postgresFault('a backend stands still', 1.5, 6_500, ({ rig }, ms, choice) => stopOne(rig, name, ms, choice), name),
  ),
  postgresFault('stands still', 2, 6_500, ({ rig, load }, ms) => surgingThrough(load, () => stopAll(rig, ms))),
  postgresFault('no new connections (postmaster)', 2, 3_000, async ({ rig }, ms) => {
    await pausing([rig.servers.postgres.host().pid()], async () => {
      await terminate(rig, PROGRAMS);
      await delay(ms);
    });
  }),
  postgresFault('connections used up', 2, 3_000, ({ rig }, ms) => useUpConnections(rig, ms)),
  postgresFault('disk full', 3, 3_000, ({ rig }, ms) => fillDisk(rig, ms)),
  ...Object.entries(LOCKS).map(([name, statement]) =>
    postgresFault('locked from outside', 0.8, 6_500, ({ rig }, ms) => lock(rig, statement, ms), name),
  ),
];

async function crash({ servers }: Rig, awayMs: number): Promise<void> {
  const host = servers.postgres.host();
  await host.end('SIGQUIT');
  await delay(awayMs);
  await host.start();
}

/** What comes of a stall shows under a load that would fill a whole queue while nobody looks. */
async function surgingThrough(load: Load, fault: () => Promise<void>): Promise<void> {
  const before = load.surge(PENDING_LIMIT);
  await fault();
  await before;
  await load.surge(3 * PENDING_LIMIT);
}

async function pidsOf(database: Database, names: readonly string[]): Promise<number[]> {
  const { rows } = await database.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE split_part(application_name, '/', 1) = ANY ($1) ORDER BY pid`,
    [names],
  );
  return rows.map(({ pid }) => pid);
}

async function terminate({ servers }: Rig, names: readonly string[]): Promise<void> {
  await servers.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE split_part(application_name, '/', 1) = ANY ($1)`,
    [names],
  );
}

async function pausing(pids: readonly number[], work: () => Promise<void>): Promise<void> {
  for (const pid of pids) signal(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    for (const pid of pids) signal(pid, 'SIGCONT');
  }
}

async function stopOne({ servers }: Rig, name: string, ms: number, choice: number): Promise<Result> {
  const pids = await pidsOf(servers.database, [name]);
  if (pids.length === 0) return 'missed';
  await pausing([oneOf(() => choice, pids)], () => delay(ms));
  return 'injected';
}

async function stopAll({ servers }: Rig, ms: number): Promise<void> {
  const pids = await pidsOf(servers.database, PROGRAMS);
  await pausing([servers.postgres.host().pid(), ...pids], () => delay(ms));
}

/** Others take every connection that there is, and ours are ended. */
async function useUpConnections(rig: Rig, ms: number): Promise<void> {
  const others: Database[] = [];
  try {
    await terminate(rig, PROGRAMS);
    let isIn = true;
    while (isIn && others.length < MOST_CONNECTIONS) {
      const more = Array.from({ length: AT_ONCE }, () => rig.servers.postgres.host().connect());
      others.push(...more);
      const connected = await Promise.all(more.map((other) => other.query('SELECT 1').then(Boolean, () => false)));
      isIn = connected.every(Boolean);
    }
    await delay(ms);
  } finally {
    await Promise.all(others.map((other) => other.end()));
  }
}

async function fillDisk({ servers }: Rig, ms: number): Promise<Result> {
  const { disk } = servers.postgres.host();
  if (disk === null) return 'impossible here';
  disk.fill();
  try {
    await delay(ms);
  } finally {
    disk.clear();
    await untilBack(servers);
  }
  return 'injected';
}

/** A Postgres that could not write its log ends; if it does not come back by itself, it is started. */
async function untilBack(servers: Rig['servers']): Promise<void> {
  const deadline = performance.now() + RESTART_MS;
  const host = servers.postgres.host();
  while (performance.now() < deadline) {
    await host.start();
    if (await databaseAnswers(host.url())) return;
    await delay(100);
  }
  throw new Error('Postgres does not come back');
}

async function lock({ servers }: Rig, statement: string, ms: number): Promise<void> {
  const outside = servers.postgres.host().connect();
  try {
    await outside.query(`BEGIN; ${statement}`);
    await delay(ms);
  } finally {
    await outside.end();
  }
}
