import type { LaneSpeed } from '@wallet/shared/database/tables/workers';
import type { Backlog } from '@wallet/shared/database/tables/pending-operations';
import type { Ahead } from './ahead-of.ts';

/** The speed of all workers together, by lane. */
export interface Speeds {
  readonly high: LaneSpeed;
  readonly bulk: LaneSpeed;
}

/** Without a known speed, this many operations are assumed to fit into the next transaction. */
const ONE_TRANSACTION = 32;

/** Workers share the partitions: their speeds add up; a transaction's duration and size are the average. */
export function addUp(workers: readonly Speeds[]): Speeds {
  const lane = (of: (each: Speeds) => LaneSpeed): LaneSpeed => {
    const known = (name: keyof LaneSpeed): number[] =>
      workers.map((each) => of(each)[name]).filter((value) => value !== null);
    const speeds = known('perSecond');
    return {
      perSecond: speeds.length > 0 ? sum(speeds) : null,
      drainMs: mean(known('drainMs')),
      drainSize: mean(known('drainSize')),
    };
  };
  return { high: lane(({ high }) => high), bulk: lane(({ bulk }) => bulk) };
}

/**
 * In how many milliseconds the operations after `ahead` in a partition are applied; null if no speed is known.
 *
 * Partitions take turns: while one advances to `ahead`, every other one advances as far, or to its end. So the work to
 * be done first is that of all partitions, at the speed of all workers. The current transaction has to end before.
 */
export function estimateMs(
  speeds: Speeds,
  backlog: readonly Backlog[],
  partition: number,
  { high, bulk, isBulk }: Ahead & { readonly isBulk: boolean },
): number | null {
  if (!isBulk) {
    const others = backlog.filter((each) => each.partition !== partition);
    return laneMs(speeds.high, high + 1 + sum(others.map((each) => Math.min(each.high, high + 1))));
  }
  const highs = sum(backlog.map((each) => each.high));
  const highMs = highs === 0 ? 0 : laneMs(speeds.high, highs);
  const bulkMs = laneMs(speeds.bulk, bulkWork(speeds.bulk.drainSize ?? 1, backlog, partition, bulk));
  return highMs === null || bulkMs === null ? null : highMs + bulkMs;
}

/**
 * In this lane a transaction covers one partition, so a turn has that size: operations of the same turn are applied
 * together, and whether the other partitions have their turns before or after is not known.
 */
function bulkWork(turn: number, backlog: readonly Backlog[], partition: number, ahead: number): number {
  const before = Math.floor(ahead / turn) * turn;
  return sum(
    backlog.map((each) => {
      const waiting = each.low + each.lines;
      if (each.partition === partition) return Math.max(ahead + 1, Math.min(waiting, before + turn));
      return Math.min(waiting, before) + Math.min(Math.max(0, waiting - before), turn) / 2;
    }),
  );
}

function laneMs({ perSecond, drainMs }: LaneSpeed, operations: number): number | null {
  if (drainMs === null) return null;
  if (perSecond === null) return operations <= ONE_TRANSACTION ? 1.5 * drainMs : null;
  return Math.max((operations / perSecond) * 1_000, drainMs) + drainMs / 2;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : sum(numbers) / numbers.length;
}
