import type { LaneSpeed } from '@wallet/shared/database/tables/workers';

/**
 * A transaction with fewer operations, that could have had more, does not tell how fast a lane is: most of its time is that of any
 * transaction.
 */
const LEAST_OPERATIONS = 32;
/** After so much time at work, what was measured before counts half. */
const HALF_LIFE_MS = 2_000;
/** How much the latest transaction counts in how long they take, and how large they are. */
const LATEST_SHARE = 0.2;
/** A lane that left work behind is at work until its next transaction, which begins this soon or does not follow it. */
const LONGEST_REST_MS = 500;

/** Measures how fast a lane is. */
export interface LaneMeter {
  /** A transaction begins. @returns what to call at its end: how many operations it applied, and whether it left others. */
  begin(): (operations: number, leftMore: boolean) => void;
  read(): LaneSpeed;
}

/**
 * The speed is that of the time in which the lane has something to do, so that it does not depend on how much there is to do: an idle
 * worker that applied 100 operations in a minute is not one of 100 a minute. Transactions that overlap share their time.
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
