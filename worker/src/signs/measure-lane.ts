import type { LaneSpeed } from '@wallet/shared/database/tables/workers';

/**
 * A transaction with fewer operations, although it had room for more, does not show the speed of a lane: most of its
 * time is the fixed cost of a transaction.
 */
const LEAST_OPERATIONS = 32;
/** After this much busy time, earlier measurements count half. */
const HALF_LIFE_MS = 2_000;
/** The weight of the latest transaction in the average duration and size. */
const LATEST_SHARE = 0.2;
/** A lane that left work behind is busy until its next transaction, if that begins this soon. */
const LONGEST_REST_MS = 500;

/** Measures the speed of a lane. */
export interface LaneMeter {
  /**
   * A transaction begins. @returns a function to call at its end: how many operations it applied, and whether it left
   * others.
   */
  begin(): (operations: number, leftMore: boolean) => void;
  read(): LaneSpeed;
}

/**
 * The speed counts only busy time, so that it does not depend on the load: an idle worker that applied 100 operations
 * in a minute does not have a speed of 100 a minute. Overlapping transactions share their time.
 */
export function measureLane(now: () => number = () => performance.now()): LaneMeter {
  let underWay = 0;
  let countedUntil = -Infinity;
  let leftSomething = false;
  let operations = 0;
  let ms = 0;
  let drainMs: number | null = null;
  let drainSize: number | null = null;
  return {
    begin() {
      const begun = now();
      const isResting = leftSomething && begun - countedUntil < LONGEST_REST_MS;
      if (underWay === 0 && !isResting) countedUntil = begun;
      underWay += 1;
      return (applied, leftMore) => {
        const ended = now();
        const took = ended - countedUntil;
        underWay -= 1;
        countedUntil = ended;
        leftSomething = leftMore;
        if (applied === 0) return;
        drainMs = smooth(drainMs, ended - begun);
        drainSize = smooth(drainSize, applied);
        if (applied < LEAST_OPERATIONS && !leftMore) return;
        const kept = 0.5 ** (took / HALF_LIFE_MS);
        operations = kept * operations + applied;
        ms = kept * ms + took;
      };
    },
    read: () => ({ perSecond: ms > 0 ? (operations / ms) * 1_000 : null, drainMs, drainSize }),
  };
}

function smooth(known: number | null, latest: number): number {
  return known === null ? latest : known + LATEST_SHARE * (latest - known);
}
