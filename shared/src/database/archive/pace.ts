import { setTimeout as delay } from 'node:timers/promises';

/** The size of the next piece, which follows from the time that earlier pieces took. */
export interface Pace {
  /** Roughly how many rows the next piece may have. */
  readonly rows: number;
  /** Runs a piece. `restFor` returns how long to pause after it, as a multiple of its duration. */
  take<Result>(work: (rows: number) => Promise<Result>, restFor: (result: Result) => number): Promise<Result>;
}

const LEAST_ROWS = 50;
const FIRST_ROWS = 500;
/**
 * A piece that takes longer makes the next ones smaller; one that takes less than a quarter of this makes them larger.
 */
const AIM_MS = 100;

export function createPace(mostRows: number): Pace {
  const pace = {
    rows: Math.min(FIRST_ROWS, mostRows),
    async take<Result>(work: (rows: number) => Promise<Result>, restFor: (result: Result) => number): Promise<Result> {
      const started = performance.now();
      const result = await work(pace.rows);
      const ms = performance.now() - started;
      if (ms > AIM_MS) pace.rows = Math.max(Math.min(LEAST_ROWS, mostRows), Math.floor(pace.rows / 2));
      else if (ms < AIM_MS / 4) pace.rows = Math.min(mostRows, pace.rows * 2);
      await delay(ms * restFor(result));
      return result;
    },
  };
  return pace;
}
