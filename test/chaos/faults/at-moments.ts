import { setTimeout as delay } from 'node:timers/promises';
import type { Station } from '../rig.ts';
import type { Step } from '../wire/postgres-steps.ts';
import type { Caught, Phase, Trap } from '../wire/traps.ts';
import { type FaultKind, type Result, type Theatre, between } from './fault.ts';

/** Faults that strike a process at a named moment of its work, as its connection to Postgres shows it. */

interface Place {
  readonly name: string;
  readonly subject: 'api' | 'worker';
  readonly matches: (step: Step) => boolean;
}

/** A statement is named after what it does, and `+` what it needs for that: `applyPlan+terms+made`. */
const isOne = (name: string, of: string, need: string | undefined): boolean => {
  const [base, ...needs] = name.split('+');
  return base === of && needs.includes('terms') === (need === 'terms');
};
const runs =
  (statement: string, need?: 'terms') =>
  (step: Step): boolean =>
    isOne(step.statement, statement, need);
const commits =
  (statement: string, need?: 'terms') =>
  (step: Step): boolean =>
    step.statement === 'COMMIT' && [...step.within].some((each) => isOne(each, statement, need));

const PLACES: readonly Place[] = [
  { name: 'accept: acceptOperations', subject: 'api', matches: runs('acceptOperations') },
  { name: 'accept: acceptOperations of terms', subject: 'api', matches: runs('acceptOperations', 'terms') },
  { name: 'accept: scheduleOperations', subject: 'api', matches: runs('scheduleOperations') },
  { name: 'cancel: COMMIT', subject: 'api', matches: commits('cancelScheduled') },
  { name: 'accept: COMMIT of a batch', subject: 'api', matches: commits('accept_batch') },
  { name: 'drain: applyPlan', subject: 'worker', matches: runs('applyPlan') },
  { name: 'drain: COMMIT', subject: 'worker', matches: commits('applyPlan') },
  { name: 'drain: lockAccountsOfTerms', subject: 'worker', matches: runs('lockAccountsOfTerms') },
  { name: 'drain: applyPlan of terms', subject: 'worker', matches: runs('applyPlan', 'terms') },
  { name: 'drain: COMMIT of terms', subject: 'worker', matches: commits('applyPlan', 'terms') },
  { name: 'due: queueDueOperations', subject: 'worker', matches: runs('queueDueOperations') },
  { name: 'expire: expireHolds', subject: 'worker', matches: runs('expireHolds') },
  { name: 'drain: applyPart', subject: 'worker', matches: runs('applyPart') },
  { name: 'relay: relayEvents', subject: 'worker', matches: runs('relayEvents') },
  { name: 'relay: COMMIT', subject: 'worker', matches: commits('relayEvents') },
  { name: 'deliver: claimDeliveries', subject: 'worker', matches: runs('claimDeliveries') },
  { name: 'deliver: COMMIT', subject: 'worker', matches: commits('recordAttempts') },
];

const PHASE_NAMES = {
  before: 'before it arrives',
  sent: 'when it is sent',
  held: 'answered, not heard',
  answered: 'after the answer',
} as const satisfies Record<Phase, string>;
const PHASES = Object.keys(PHASE_NAMES) as Phase[];

const PATIENCE_MS = 4_000;
/** Longer than a transaction may lie idle, and than a lock is waited for. */
const LONG_PAUSE_MS = 7_000;

interface Act {
  readonly kind: string;
  readonly phases: readonly Phase[];
  readonly weight: number;
  readonly act: (theatre: Theatre, station: Station, caught: Caught, ms: number) => Promise<void>;
}

const ACTS: readonly Act[] = [
  { kind: 'kill -9', phases: PHASES, weight: 4, act: kill },
  {
    kind: 'SIGSTOP 7 s',
    phases: ['before', 'held'],
    weight: 0.5,
    async act(_theatre, { slot }, caught) {
      slot.pause();
      caught.letGo();
      await delay(LONG_PAUSE_MS);
      slot.resume();
    },
  },
  {
    kind: 'connection lost',
    phases: ['before', 'sent', 'held'],
    weight: 3,
    act(_theatre, _station, caught) {
      caught.breakOff();
      return Promise.resolve();
    },
  },
  {
    kind: 'answer late',
    phases: ['held'],
    weight: 3,
    async act(_theatre, _station, caught, ms) {
      await delay(ms);
      caught.letGo();
    },
  },
];

export const FAULTS_AT_MOMENTS: readonly FaultKind[] = ACTS.flatMap(({ kind, phases, weight, act }) =>
  PLACES.flatMap((place) =>
    phases.map((phase) => ({
      kind: `${kind} (${place.subject})`,
      point: `${place.name}, ${PHASE_NAMES[phase]}`,
      subjects: [place.subject],
      weight: weight / phases.length,
      draw(random: () => number) {
        const ms = between(random, 300, 1_500);
        return {
          description: `${ms} ms`,
          inject: (theatre: Theatre) =>
            strike(theatre, place, phase, (station, caught) => act(theatre, station, caught, ms)),
        };
      },
    })),
  ),
);

/** Waits for the first process that comes to the moment. */
async function strike(
  { rig }: Theatre,
  { subject, matches }: Place,
  phase: Phase,
  act: (station: Station, caught: Caught) => Promise<void>,
): Promise<Result> {
  const stations = subject === 'api' ? rig.apis : rig.workers;
  const traps: Trap[] = [];
  const first = await Promise.race([
    ...stations.map(async (station) => {
      const trap = station.traps.arm({ phase, matches });
      traps.push(trap);
      return { station, caught: await trap.caught };
    }),
    delay(PATIENCE_MS, null),
  ]);
  for (const trap of traps) {
    trap.disarm();
    // Another may have come to it at the same time.
    void trap.caught.then((caught) => caught !== first?.caught && caught.letGo());
  }
  if (first === null) return 'missed';
  try {
    await act(first.station, first.caught);
  } finally {
    first.caught.letGo();
  }
  return 'injected';
}

async function kill(theatre: Theatre, { slot }: Station, caught: Caught, ms: number): Promise<void> {
  if (slot.program === 'worker') await noteOrphans(theatre, caught);
  await slot.kill();
  caught.breakOff();
  await delay(ms);
  await slot.start();
}

/** What waits in the partitions whose drain locks the connection holds. */
async function noteOrphans({ rig, orphans }: Theatre, { port }: Caught): Promise<void> {
  const { rows } = await rig.servers.database.query<{ ids: string[]; since: Date }>(
    `SELECT array_agg(operation_id) AS ids, clock_timestamp() AS since FROM pending_operations
     WHERE partition IN (SELECT objid::int FROM pg_locks JOIN pg_stat_activity USING (pid)
                         WHERE client_port = $1 AND locktype = 'advisory' AND classid = 2)
     HAVING count(*) > 0`,
    [port],
  );
  for (const { ids, since } of rows) orphans.push({ operationIds: ids, since });
}
