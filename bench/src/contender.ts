import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '@wallet/local/child';
import type { FreshDatabase } from './servers.ts';

/** The amount of every contender's deposits in minor units. */
export const DEPOSIT = 100;

/** Something that accepts deposits over HTTP: the service, or a baseline. All of them get the same requests. */
export interface Contender {
  readonly name: string;
  readonly ports: readonly number[];
  /** Sent in turn: one for each wallet. */
  readonly requests: readonly Buffer[];
  /** The request that follows an answer; null for none. */
  readonly follow?: (body: string) => Buffer | null;
  /** By what they do; processor time is reported for each kind. */
  readonly processes: Readonly<Record<string, readonly Child[]>>;
  /** Null if it only answers. */
  readonly ledger: ContendersLedger | null;
  /** It polls or gossips so much that it is stopped (SIGSTOP) while others are measured. */
  readonly isHeld?: boolean;
  stop(): Promise<void>;
}

export interface ContendersLedger {
  readonly database: FreshDatabase;
  /** How many operations have been applied since it was created. */
  countApplied(): Promise<number>;
  /** Whether all of the `expected` operations are applied. Cheap enough for polling. */
  isDrained(expected: number): Promise<boolean>;
  /** The errors found. */
  findFaults(): Promise<string[]>;
}

const LOOK_MS = 10;

/** @returns the seconds that it took, or null if it was not done in time. */
export async function untilDrained(
  ledger: ContendersLedger,
  expected: number,
  seconds: number,
): Promise<number | null> {
  const started = performance.now();
  while (!(await ledger.isDrained(expected))) {
    if (performance.now() - started > seconds * 1000) return null;
    await delay(LOOK_MS);
  }
  return (performance.now() - started) / 1000;
}

/** The process ids of each kind. */
export function pidsOf({ processes }: Contender): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(processes).map(([name, children]) => [name, children.map((child) => child.process.pid ?? 0)]),
  );
}

/** A resumed process first runs the timers that came due meanwhile. */
const RESUMED_MS = 500;

/** Resumes the processes of a contender that is stopped while others are measured. */
export async function resume(contender: Contender): Promise<void> {
  if (!contender.isHeld) return;
  signalAll(contender, 'SIGCONT');
  await delay(RESUMED_MS);
}

export function hold(contender: Contender): void {
  if (contender.isHeld) signalAll(contender, 'SIGSTOP');
}

function signalAll({ processes }: Contender, signal: NodeJS.Signals): void {
  for (const child of Object.values(processes).flat()) child.process.kill(signal);
}
