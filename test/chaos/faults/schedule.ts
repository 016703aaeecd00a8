import { randomFrom } from '../../support/load.ts';
import { FAULTS_AT_MOMENTS } from './at-moments.ts';
import { type Fault, type FaultKind, oneOf } from './fault.ts';
import { FAULTS_OF_FAILOVERS } from './of-failovers.ts';
import { FAULTS_OF_OTHERS } from './of-others.ts';
import { FAULTS_OF_POSTGRES } from './of-postgres.ts';
import { FAULTS_OF_PROCESSES } from './of-processes.ts';
import { FAULTS_OF_REDIS } from './of-redis.ts';
import { FAULTS_OF_REDIS_SETS } from './of-redis-sets.ts';
import { FAULTS_OF_POOLERS } from './of-poolers.ts';
import { FAULTS_ON_THE_WAY } from './on-the-way.ts';
import { PLAIN, type Setup } from '../setup.ts';

export const FAULT_KINDS: readonly FaultKind[] = [
  ...FAULTS_AT_MOMENTS,
  ...FAULTS_OF_PROCESSES,
  ...FAULTS_OF_POSTGRES,
  ...FAULTS_OF_FAILOVERS,
  ...FAULTS_OF_POOLERS,
  ...FAULTS_OF_REDIS,
  ...FAULTS_OF_REDIS_SETS,
  ...FAULTS_ON_THE_WAY,
  ...FAULTS_OF_OTHERS,
];

export interface PlannedFault extends Fault {
  readonly kind: string;
  readonly point: string;
}

/** What happens at once: one fault, or two that have nothing in common. */
export type ScheduledStep = readonly PlannedFault[];

/** How often a fault comes with another one. */
const IN_PAIRS = 0.6;
const ATTEMPTS = 20;

/**
 * A schedule of `count` faults on the servers of the setup, of those kinds whose name and point contain one of the `only`. The same
 * seed gives the same one. First a family of kinds is drawn, then one of it, so that a family with many points is not drawn more often than another.
 */
export function drawSchedule(
  seed: number,
  count: number,
  only: readonly string[],
  setup: Setup = PLAIN,
): ScheduledStep[] {
  const random = randomFrom(seed);
  const kinds = FAULT_KINDS.filter(
    ({ kind, point, isIn }) =>
      (isIn?.(setup) ?? true) && (only.length === 0 || only.some((part) => `${kind} × ${point}`.includes(part))),
  );
  if (kinds.length === 0) throw new Error(`no kind of fault has ${only.join(' or ')} in its name`);
  const steps: ScheduledStep[] = [];
  for (let drawn = 0; drawn < count;) {
    const first = drawKind(random, kinds);
    const wantsTwo = random() < IN_PAIRS && drawn + 1 < count;
    const second = wantsTwo ? drawOther(random, kinds, first) : null;
    const step = [first, ...(second ? [second] : [])].map((kind) => ({ ...kind, ...kind.draw(random) }));
    steps.push(step);
    drawn += step.length;
  }
  return steps;
}

function drawKind(random: () => number, kinds: readonly FaultKind[]): FaultKind {
  const family = oneOf(random, [...new Set(kinds.map(({ kind }) => kind))]);
  const members = kinds.filter(({ kind }) => kind === family);
  let left = random() * members.reduce((sum, { weight }) => sum + weight, 0);
  return members.find(({ weight }) => (left -= weight) <= 0) ?? oneOf(random, members);
}

function drawOther(random: () => number, kinds: readonly FaultKind[], first: FaultKind): FaultKind | null {
  if (first.subjects.includes('everything')) return null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kind = drawKind(random, kinds);
    const isApart = !kind.subjects.some((subject) => subject === 'everything' || first.subjects.includes(subject));
    if (isApart) return kind;
  }
  return null;
}
