import type { Load } from '../load/clients.ts';
import type { Rig } from '../rig.ts';
import type { Setup } from '../setup.ts';

/** What a fault is done to. Two at a time never have one in common. */
type Subject = 'api' | 'worker' | 'postgres' | 'redis' | 'receiver' | 'clients' | `way from ${string}` | 'everything';

/** What faults may use. */
export interface Theatre {
  readonly rig: Rig;
  readonly load: Load;
  /** Operations that a worker held when it was killed, to see later how long they waited. */
  readonly orphans: Orphans[];
  /** Something that must not happen has happened. */
  readonly complain: (sentence: string) => void;
}

export interface Orphans {
  readonly operationIds: readonly string[];
  /** By the clock of the database. */
  readonly since: Date;
}

/** `missed`: the moment did not come, so nothing was done. */
export type Result = 'injected' | 'missed' | 'impossible here';

/** A fault with all that chance has to say about it. It resolves when it is healed. */
export interface Fault {
  readonly description: string;
  readonly inject: (theatre: Theatre) => Promise<Result>;
}

export interface FaultKind {
  readonly kind: string;
  /** Where it strikes. */
  readonly point: string;
  readonly subjects: readonly Subject[];
  /** How often it is drawn, compared with others. */
  readonly weight: number;
  /** Whether a campaign on such servers has it; all have it where it is left out. */
  readonly isIn?: (setup: Setup) => boolean;
  readonly draw: (random: () => number) => Fault;
}

export function between(random: () => number, least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}

export function oneOf<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!;
}
