/** Work that runs once at a time, while the items for the next run gather. */
export interface Gathering<Item> {
  /** Adds items to the waiting ones, each once, and starts a run at once if none is in progress. */
  add(items: Iterable<Item>): void;
  /** Drops the waiting items. The current run completes. */
  clear(): void;
  /** Resolves when nothing waits and no run is in progress. */
  idle(): Promise<void>;
}

/**
 * Runs `work` once at a time: it gets the waiting items in the order in which they were added, at most `limit`, and
 * when it ends it gets those added meanwhile. There is no timer: a single item is processed at once; under load, runs
 * grow with it. To pause between two runs, `work` ends later. The caller has to limit how much may wait.
 *
 * Errors are the work's own: if it rejects, that is an unhandled rejection and nothing runs after it.
 */
export function gather<Item>(
  work: (items: readonly Item[]) => Promise<void>,
  { limit = Infinity }: { limit?: number } = {},
): Gathering<Item> {
  const waiting = new Set<Item>();
  let running: Promise<void> | null = null;

  function take(): Item[] {
    const taken: Item[] = [];
    for (const item of waiting) {
      if (taken.length >= limit) break;
      taken.push(item);
    }
    for (const item of taken) waiting.delete(item);
    return taken;
  }

  async function run(): Promise<void> {
    while (waiting.size > 0) await work(take());
    running = null;
  }

  return {
    add(items) {
      for (const item of items) waiting.add(item);
      // With nothing to do, a run would have ended before it is noted as running.
      if (waiting.size > 0) running ??= run();
    },
    clear() {
      waiting.clear();
    },
    async idle() {
      await running;
    },
  };
}

/**
 * Makes a function that shares one run of `work`: callers during a run get its result or its error. A call after its
 * end starts another run.
 */
export function shareRun<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | null = null;
  return () => {
    running ??= work().finally(() => {
      running = null;
    });
    return running;
  };
}
