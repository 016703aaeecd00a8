import { repeat } from '@wallet/shared/process/repeat';

const STEP_MS = 1_000;
const MINUTE_MS = 60_000;

export interface PendingMemory {
  /**
   * The growth of the backlog in operations per second over the last minute, or since the start; negative if it shrank.
   */
  readonly growth: () => number;
  stop(): Promise<void>;
}

/** Remembers the size of the backlog for a minute, as `read` returns it. */
export function rememberPending(read: () => number): PendingMemory {
  const known = [{ at: performance.now(), pending: read() }];
  const remembering = repeat(
    () => STEP_MS,
    () => {
      const at = performance.now();
      known.push({ at, pending: read() });
      while (known[1] !== undefined && known[1].at <= at - MINUTE_MS) known.shift();
      return Promise.resolve();
    },
  );
  return {
    growth() {
      const [first, last] = [known[0], known.at(-1)];
      if (first === undefined || last === undefined || last.at === first.at) return 0;
      return ((last.pending - first.pending) / (last.at - first.at)) * 1_000;
    },
    stop: () => remembering.stop(),
  };
}
