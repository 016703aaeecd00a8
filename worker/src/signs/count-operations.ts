/** The operations applied in a period. */
export interface Counts {
  readonly succeeded: number;
  readonly failed: number;
}

const MINUTE_MS = 60_000;

/** Counts what a worker applies, since it started and in the last minute. */
export interface OperationCounter {
  count(more: Counts): void;
  /** Ends a step. The last minute is counted in steps: it is read every few seconds. */
  read(): { readonly all: Counts; readonly lastMinute: Counts };
}

export function countOperations(now: () => number = () => performance.now()): OperationCounter {
  let all: Counts = { succeeded: 0, failed: 0 };
  /** The totals at the ends of the steps of the last minute, and of the step before. */
  const steps: { readonly at: number; readonly all: Counts }[] = [{ at: now(), all }];
  return {
    count({ succeeded, failed }) {
      all = { succeeded: all.succeeded + succeeded, failed: all.failed + failed };
    },
    read() {
      const at = now();
      steps.push({ at, all });
      while (steps[1] !== undefined && steps[1].at <= at - MINUTE_MS) steps.shift();
      const before = steps[0]?.all ?? all;
      return {
        all,
        lastMinute: { succeeded: all.succeeded - before.succeeded, failed: all.failed - before.failed },
      };
    },
  };
}
