import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '@wallet/local/child';
import type { FreshDatabase } from './servers.ts';

/** Minor units of the deposit that every contender is asked for. */
export const DEPOSIT = 100;

/** Something that takes deposits over HTTP: the service, or what it is compared with. All of them take the same requests. */
export interface Contender {
  readonly name: string;
  readonly ports: readonly number[];
  /** Sent in turn: one for each wallet. */
  readonly requests: readonly Buffer[];
  /** What is sent next because of the answer to one of them; null for nothing. */
  readonly follow?: (body: string) => Buffer | null;
  /** By what they do; processor time is reported for each kind. */
  readonly processes: Readonly<Record<string, readonly Child[]>>;
  /** Null for what only answers. */
  readonly ledger: ContendersLedger | null;
  /** It polls or gossips so much that it is held (SIGSTOP) while others are measured. */
  readonly isHeld?: boolean;
  stop(): Promise<void>;
}

export interface ContendersLedger {
  readonly database: FreshDatabase;
  /** How many operations have been applied since it was made. */
  countApplied(): Promise<number>;
  /** Whether everything of the `expected` operations is applied. Cheap enough to be asked all the time. */
  isDrained(expected: number): Promise<boolean>;
  /** What does not add up. */
  findFaults(): Promise<string[]>;
}

const LOOK_MS = 10;

/** @returns the seconds that it took, or null if it was not in time. */
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

/** What a process that was held does first: the timers that came due meanwhile. */
const RESUMED_MS = 500;

/** Lets the processes of a contender run that is held while others are measured. */
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
