import type { Database } from '@wallet/shared/database/pool';
import type { Batch } from '@wallet/shared/database/tables/batches';
import type { Operation } from '@wallet/shared/database/tables/operations';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import { type Queue, findLinePlaces, findPlaces, readQueues } from '@wallet/shared/database/tables/queues';
import { inGroups } from '@wallet/shared/process/in-groups';
import type { Priority } from '@wallet/shared/words/operation';
import { partitionOf } from '@wallet/shared/words/partition';
import type { Waiting } from '../http/waiting.ts';
import { type Ahead, type Place, aheadOf } from './ahead-of.ts';
import { type Speeds, addUp, estimateMs } from './estimate.ts';
import type { WorkersWatch } from './watch-workers.ts';

/** Says why pending operations wait, and for how long. */
export interface Forecast {
  readonly ofOperation: (operation: Operation) => Promise<Waiting>;
  /** For an unfinished batch. */
  readonly ofBatch: (batch: Batch, pending: number) => Promise<Waiting>;
  /** When an operation accepted now should have ended, without a query; null if no speed is known. */
  readonly ofAccepted: (operation: Pick<Operation, 'priority'>) => Date | null;
}

/** A queue is read again when it is this old, */
const QUEUE_MS = 250;
/** or this old and older than the operation in question. */
const LEAST_QUEUE_MS = 100;
const GROUP_LIMIT = 500;

/**
 * Queues are read at most a few times a second, and positions in groups: so the cost of polling does not depend on the
 * backlog, and each poll takes two or three look-ups by key.
 */
export function createForecast(needs: {
  readonly database: Database;
  readonly partitions: number;
  readonly backlog: () => readonly Backlog[];
  readonly workers: Pick<WorkersWatch, 'present' | 'areAway'>;
}): Forecast {
  const { database, partitions, backlog, workers } = needs;
  const queueOf = createQueueReader(database);
  const placeOf = createPlaceFinder(database, partitions);

  // Needed for every accepted request, so it is computed a few times a second.
  let waits: Record<Priority, number | null> & { readonly until: number } = { high: null, low: null, until: -Infinity };

  const waitsFor = (): 'worker' | 'earlier_operations' => (workers.areAway() ? 'worker' : 'earlier_operations');

  function estimate(partition: number, ahead: Ahead, isBulk: boolean): Date | null {
    const ms = estimateMs(addUp(workers.present()), backlog(), partition, { ...ahead, isBulk });
    return ms === null ? null : new Date(Date.now() + ms);
  }

  return {
    async ofOperation(operation) {
      const { executeAt, status } = operation;
      if (status === 'scheduled') return { ahead: null, waitsFor: 'schedule', estimatedAt: executeAt };
      const place = await placeOf(operation);
      // It has ended meanwhile.
      if (place === null) return { ahead: 0, waitsFor: waitsFor(), estimatedAt: new Date() };
      const partition = partitionOf(operation.walletId, partitions);
      const ahead = aheadOf(await queueOf(partition, operation.createdAt), place);
      const isBulk = place.kind === 'line' || place.low;
      return {
        ahead: ahead.high + ahead.bulk,
        waitsFor: waitsFor(),
        estimatedAt: estimate(partition, ahead, isBulk),
      };
    },
    async ofBatch(batch, pending) {
      const queues = await Promise.all(batch.partitions.map((partition) => queueOf(partition, batch.acceptedAt)));
      const last = queues.map((queue) => aheadOfBatch(queue, batch.id));
      const ahead = last.reduce((sum, { high, bulk, own }) => sum + high + bulk - own, 0);
      if (workers.areAway()) return { ahead, waitsFor: 'worker', estimatedAt: null };
      const ends = last.map((each) => estimate(each.partition, each, true)?.getTime() ?? null);
      const expected = ends.includes(null) ? null : new Date(Math.max(...ends.map(Number)));
      return { ahead, waitsFor: 'earlier_operations', estimatedAt: byOwnRate(batch, pending) ?? expected };
    },
    ofAccepted({ priority }) {
      const now = performance.now();
      if (now > waits.until) waits = { ...waitsOfAccepted(backlog(), addUp(workers.present())), until: now + QUEUE_MS };
      const ms = waits[priority];
      return ms === null ? null : new Date(Date.now() + ms);
    },
  };
}

/** In how many milliseconds everything pending before an operation of a priority is applied. */
function waitsOfAccepted(backlog: readonly Backlog[], { high, bulk }: Speeds): Record<Priority, number | null> {
  const highs = backlog.reduce((sum, each) => sum + each.high, 0);
  const all = backlog.reduce((sum, each) => sum + each.low + each.lines, highs);
  return {
    high: high.perSecond && (highs / high.perSecond) * 1_000,
    low: bulk.perSecond && (all / bulk.perSecond) * 1_000,
  };
}

/** The work before the last line of a batch in a partition, including its own lines. */
function aheadOfBatch(queue: Queue, batchId: string): Ahead & { readonly partition: number; readonly own: number } {
  const { partition } = queue;
  const own = queue.parts.find((part) => part.batchId === batchId)?.pending ?? 0;
  if (own === 0) return { partition, high: 0, bulk: 0, own: 0 };
  return { partition, ...aheadOf(queue, { kind: 'line', batchId, before: own - 1 }), own: own - 1 };
}

/** Once lines of a batch have ended, it is expected to keep its pace. */
function byOwnRate({ startedAt, now, total }: Batch, pending: number): Date | null {
  const done = total - pending;
  if (startedAt === null || done === 0) return null;
  return new Date(now.getTime() + ((now.getTime() - startedAt.getTime()) / done) * pending);
}

/** Makes the function that reads the queue of a partition, no older than `since` unless that was a moment ago. */
function createQueueReader(database: Database): (partition: number, since: Date) => Promise<Queue> {
  const known = new Map<number, { readonly queue: Queue; readonly readAt: number }>();
  const read = inGroups<number, Queue>(GROUP_LIMIT, async (asked) => {
    const stale = [...new Set(asked)].filter((partition) => ageOf(partition) > LEAST_QUEUE_MS);
    const queues = stale.length === 0 ? [] : await readQueues(database, stale);
    for (const queue of queues) known.set(queue.partition, { queue, readAt: performance.now() });
    return asked.map((partition) => known.get(partition)?.queue ?? fail(partition));
  });
  const ageOf = (partition: number): number => performance.now() - (known.get(partition)?.readAt ?? -Infinity);
  return async (partition, since) => {
    const cached = known.get(partition)?.queue;
    const age = ageOf(partition);
    if (cached !== undefined && age <= QUEUE_MS && (age <= LEAST_QUEUE_MS || cached.at > since)) return cached;
    return read(partition);
  };
}

function fail(partition: number): never {
  throw new Error(`the queue of partition ${partition} was not read`);
}

type Placed = Pick<Operation, 'id' | 'walletId' | 'batchId'>;

/** Makes the function that finds the position of an operation; null if it has ended. */
function createPlaceFinder(database: Database, partitions: number): (operation: Placed) => Promise<Place | null> {
  return inGroups<Placed, Place | null>(GROUP_LIMIT, async (operations) => {
    const asked = operations.map((each) => ({ ...each, partition: partitionOf(each.walletId, partitions) }));
    const singles = asked.filter(({ batchId }) => batchId === null);
    const lines = asked.flatMap(({ batchId, ...each }) => (batchId === null ? [] : [{ ...each, batchId }]));
    const places = new Map<string, Place>();
    for (const { id, ...place } of singles.length === 0 ? [] : await findPlaces(database, singles)) {
      places.set(id, { kind: 'single', ...place });
    }
    const batchOf = new Map(lines.map(({ id, batchId }) => [id, batchId]));
    for (const { id, before } of lines.length === 0 ? [] : await findLinePlaces(database, lines)) {
      places.set(id, { kind: 'line', batchId: batchOf.get(id) ?? '', before });
    }
    return operations.map(({ id }) => places.get(id) ?? null);
  });
}
