import { TREASURY } from '../../support/model.ts';
import type { RecordedOperation } from './recorded.ts';

/** What happened to each account and in each queue, in the order in which it did. */
export type Turns = ReadonlyMap<string, readonly RecordedOperation[]>;

interface Place {
  readonly operation: RecordedOperation;
  readonly version: bigint;
  readonly isRefusal: boolean;
}

/**
 * The operations of a wallet come in the order of acceptance, as its queue. What moved an account, a wallet's, what is held of one
 * or a house account's, comes in the order of the versions that it left, and what was refused behind the version that its wallet
 * had then. Only the treasury has no order: it is one account in the model and many in the database, and decides nothing.
 */
export function orderTurns(operations: readonly RecordedOperation[]): Map<string, RecordedOperation[]> {
  const turns = new Map<string, RecordedOperation[]>();
  const places = new Map<string, Place[]>();
  for (const operation of operations) {
    // What was cancelled while it was scheduled moved nothing and waited behind nothing: `checkCancels` looks at that.
    if (operation.status === null || operation.seq === null) continue;
    listOf(turns, `queue of ${operation.wallet}`).push(operation);
    if (operation.status === 'failed') {
      listOf(places, operation.wallet).push({ operation, version: operation.version ?? 0n, isRefusal: true });
    }
    for (const { from, fromVersion, to, toVersion } of operation.moves) {
      listOf(places, from).push({ operation, version: fromVersion, isRefusal: false });
      listOf(places, to).push({ operation, version: toVersion, isRefusal: false });
    }
  }
  places.delete(TREASURY);
  for (const [account, unordered] of places) {
    // Those that are equal stay in the order of acceptance.
    const ordered = unordered.sort(
      (a, b) => compare(a.version, b.version) || Number(a.isRefusal) - Number(b.isRefusal),
    );
    const happened = ordered.map(({ operation }) => operation);
    // One that moves an account several times moves it at once.
    turns.set(
      account,
      happened.filter((operation, index) => operation !== happened[index - 1]),
    );
  }
  return turns;
}

function listOf<Item>(lists: Map<string, Item[]>, name: string): Item[] {
  const known = lists.get(name);
  if (known !== undefined) return known;
  const list: Item[] = [];
  lists.set(name, list);
  return list;
}

export function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
