import { ATOMIC_LIMIT, lineId, positionOf } from '@wallet/shared/words/batch';
import type { Client } from '@wallet/shared/database/pool';
import { type Bulk, readBulk, readLines, readLinesBefore } from '@wallet/shared/database/tables/batch-parts';
import {
  type OpenPart,
  type PendingOperation,
  type WalletPlace,
  byPlace,
  readPendingBefore,
  readPendingOperations,
} from '@wallet/shared/database/tables/pending-operations';
import type { Lane } from '@wallet/shared/queue/doorbell';

/**
 * Which of the pending operations go into the next transaction. Of each wallet, the chosen operations are always the
 * first of all that are pending for it, in the order of acceptance (P2). Atomic batches are outside of that order: they
 * get their position when they are applied.
 */

export interface Choice {
  /** In the order in which to apply them. */
  readonly operations: readonly PendingOperation[];
  /** The progress of batch parts after these are applied. */
  readonly advances: readonly { readonly part: OpenPart; readonly afterId: string }[];
  /** The partitions where more of the lane is pending. */
  readonly more: ReadonlySet<number>;
}

/** How many batches of a partition are processed side by side. */
const SIDE_BY_SIDE = 8;

/**
 * Chooses at most `limit` operations, or all of the first atomic batch, in partitions whose drain locks are held. In
 * the lane `high`: single operations of high priority, and everything pending before them for their wallets. In `bulk`:
 * those too, and then batches and operations of low priority, in shares.
 *
 * Other processes accept operations between two of these statements. So single operations are read before the batches,
 * and their predecessors last: those were visible before they were.
 */
export async function chooseOperations(
  client: Client,
  partitions: readonly number[],
  lane: Lane,
  limit: number,
): Promise<Choice> {
  const share = Math.max(1, Math.floor(limit / partitions.length));
  const high = await readPendingOperations(client, partitions, false, share);
  const low = lane === 'bulk' ? await readPendingOperations(client, partitions, true, share) : [];
  const bulk = await readBulk(client, partitions);
  const behindBulk = high.filter(({ partition }) => isWaiting(bulk.get(partition)));
  const parts = [...bulk.values()].flatMap((waiting) => waiting.parts);
  const earlier = behindBulk.length > 0 ? await readEarlier(client, behindBulk, parts, limit) : NONE;
  const urgent = firstOf(keepInOrder(high, earlier), limit);
  const taken = new Set(urgent.map(({ id }) => id));
  const left = high.filter(({ id }) => !taken.has(id)).map(({ partition }) => partition);
  const more = new Set([...left, ...fullPartitions(high, share)]);
  if (lane === 'high') return { operations: urgent, advances: [], more };

  const operations = [...urgent];
  const advances: Choice['advances'][number][] = [];
  for (const [partition, waiting] of bulk) {
    const room = Math.floor((limit - urgent.length) / partitions.length);
    const lows = low.filter((operation) => operation.partition === partition);
    const fill = room < 1 ? NOTHING_READ : await fillFrom(client, waiting, lows, room);
    operations.push(...fill.operations.filter(({ id }) => !taken.has(id)));
    for (const { id } of fill.operations) taken.add(id);
    const reached = fill.read.map((each) => advance(each.part, each.lines, each.limit, taken));
    advances.push(...reached.filter(({ part, afterId }) => afterId !== part.afterId));
    const areClosed = waiting.parts.every((part) =>
      reached.some((each) => each.part === part && each.afterId === part.lastId),
    );
    if (!areClosed || lows.length === share || lows.some(({ id }) => !taken.has(id))) more.add(partition);
  }
  return { operations, advances, more };
}

function isWaiting(bulk: Bulk | undefined): boolean {
  return bulk !== undefined && (bulk.hasLow || bulk.parts.length > 0);
}

interface Fill {
  readonly operations: readonly PendingOperation[];
  /** What was read of each part: with fewer lines than the limit, it has no others. */
  readonly read: readonly { part: OpenPart; lines: readonly PendingOperation[]; limit: number }[];
}

const NOTHING_READ: Fill = { operations: [], read: [] };

/**
 * Operations for `room` places in a partition: an atomic batch first, and then equal shares of the others, with the
 * operations of low priority as one of them. Batches of high priority come before all others.
 */
async function fillFrom(
  client: Client,
  { parts }: Bulk,
  lows: readonly PendingOperation[],
  room: number,
): Promise<Fill> {
  const preferred = parts.filter((part) => part.priority === 'high');
  const candidates = preferred.length > 0 ? preferred : parts;
  const ordered = candidates.filter((part) => !part.atomic).slice(0, SIDE_BY_SIDE);
  const takesLow = preferred.length === 0 && lows.length > 0;
  const share = Math.max(1, Math.floor(room / Math.max(1, ordered.length + Number(takesLow))));
  const wanted = [
    ...atomicOf(candidates, Math.floor(room / 2)).map((part) => ({ part, limit: ATOMIC_LIMIT + 1 })),
    ...ordered.map((part) => ({ part, limit: share })),
  ];
  const lines = wanted.length > 0 ? await readLines(client, wanted) : [];
  const read = wanted.map((each) => ({ ...each, lines: lines.filter((line) => line.part === each.part) }));
  const atomic = lines.filter((line) => line.part?.atomic);
  const others = [...(takesLow ? lows.slice(0, share) : []), ...lines.filter((line) => !line.part?.atomic)];
  const earlier = others.length > 0 ? await readEarlier(client, others, parts, room) : NONE;
  const chosen = firstOf(keepInOrder(others, earlier), Math.max(0, room - atomic.length));
  return { operations: [...atomic, ...chosen], read };
}

/** Atomic batches for `room` places, in the order of acceptance, and at least one. */
function atomicOf(parts: readonly OpenPart[], room: number): OpenPart[] {
  let left = room;
  return parts
    .filter((part) => part.atomic)
    .filter((part, index) => {
      left -= part.total;
      return index === 0 || left >= 0;
    });
}

/** Earlier pending operations of the same wallets: the first `most` of each wallet and source. */
interface Earlier {
  readonly operations: readonly PendingOperation[];
  readonly most: number;
}

const NONE: Earlier = { operations: [], most: 1 };

async function readEarlier(
  client: Client,
  found: readonly PendingOperation[],
  parts: readonly OpenPart[],
  limit: number,
): Promise<Earlier> {
  const places = new Map<string, WalletPlace>();
  for (const { walletId, partition, seq } of found) {
    if (seq > (places.get(walletId)?.seq ?? -1n)) places.set(walletId, { walletId, partition, seq });
  }
  const most = Math.max(1, Math.floor(limit / places.size));
  const ordered = parts.filter((part) => !part.atomic);
  const singles = await readPendingBefore(client, [...places.values()], most);
  const lines = await readLinesBefore(client, [...places.values()], ordered, most);
  return { operations: [...singles, ...lines], most };
}

/**
 * The found operations and their predecessors, in the order of acceptance, up to a gap: if `most` operations of a
 * wallet came from one source, there may be others.
 */
function keepInOrder(found: readonly PendingOperation[], { operations: earlier, most }: Earlier): PendingOperation[] {
  const counts = new Map<string, number>();
  const lastKnown = new Map<string, PendingOperation>();
  for (const operation of earlier) {
    const source = `${operation.walletId} ${operation.part?.batchId ?? ''}`;
    const count = (counts.get(source) ?? 0) + 1;
    counts.set(source, count);
    const known = lastKnown.get(operation.walletId);
    if (count === most && (known === undefined || byPlace(operation, known) < 0)) {
      lastKnown.set(operation.walletId, operation);
    }
  }
  const all = new Map([...found, ...earlier].map((operation) => [operation.id, operation]));
  return [...all.values()]
    .filter((operation) => {
      const last = lastKnown.get(operation.walletId);
      return last === undefined || byPlace(operation, last) <= 0;
    })
    .sort(byPlace);
}

/** The first `limit`: operations are in the order of acceptance, so any prefix respects the order of every wallet. */
function firstOf(operations: readonly PendingOperation[], limit: number): readonly PendingOperation[] {
  return operations.length <= limit ? operations : operations.slice(0, limit);
}

/** The progress of a part: up to the first of its lines that was not taken. */
function advance(
  part: OpenPart,
  lines: readonly PendingOperation[],
  limit: number,
  taken: ReadonlySet<string>,
): { part: OpenPart; afterId: string } {
  const first = lines.find(({ id }) => !taken.has(id));
  if (first)
    return { part, afterId: max(part.afterId, lineId(part.batchId, part.partition, positionOf(first.id) - 1)) };
  const last = lines.at(-1);
  return { part, afterId: last === undefined || lines.length < limit ? part.lastId : last.id };
}

function max(a: string, b: string): string {
  return a > b ? a : b;
}

function fullPartitions(operations: readonly PendingOperation[], share: number): number[] {
  const counts = new Map<number, number>();
  for (const { partition } of operations) counts.set(partition, (counts.get(partition) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= share).map(([partition]) => partition);
}
