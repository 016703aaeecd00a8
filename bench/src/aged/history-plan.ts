import { partitionOf } from '@wallet/shared/words/partition';
import { historyWallet } from '../fill-history.ts';

/** The size, contents and period of the generated history. */
export interface HistoryPlan {
  readonly operations: number;
  /** At least 10. */
  readonly wallets: number;
  readonly partitions: number;
  /** Milliseconds since 1970, between the first and the last operation. */
  readonly from: number;
  readonly to: number;
  /** The account of each treasury, by partition and asset. */
  readonly treasuries: ReadonlyMap<string, number>;
  /** The account of the first wallet; those of the others follow. */
  readonly firstAccount: number;
}

const TRANSFERABLE = 4;
const OTHERS = [1, 2, 3] as const;
export const ASSETS = [...OTHERS, TRANSFERABLE] as const;

/** Every other wallet holds the asset that can be transferred; the rest share the others. */
export function assetOf(wallet: number): number {
  return wallet % 2 === 0 ? TRANSFERABLE : (OTHERS[((wallet - 1) / 2) % OTHERS.length] ?? TRANSFERABLE);
}

export function treasuryKey(partition: number, asset: number): string {
  return `${partition} ${asset}`;
}

/** The immutable facts of a plan's wallets, by number. */
export interface Owners {
  readonly ids: readonly string[];
  readonly partitions: Int16Array;
  /** The place of its treasury among the accounts of the plan, which come before those of wallets. */
  readonly treasuries: Int32Array;
}

export function makeOwners(plan: HistoryPlan): Owners {
  const ids = Array.from({ length: plan.wallets }, (_, wallet) => historyWallet(wallet));
  const partitions = Int16Array.from(ids, (id) => partitionOf(id, plan.partitions));
  const places = new Map([...plan.treasuries.keys()].map((key, place) => [key, place]));
  const treasuries = Int32Array.from(ids, (_, wallet) => {
    const place = places.get(treasuryKey(partitions[wallet] ?? 0, assetOf(wallet)));
    if (place === undefined) throw new Error('a treasury is missing');
    return place;
  });
  return { ids, partitions, treasuries };
}

/** Numbers between 0 and 1, the same in each run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
